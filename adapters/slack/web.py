"""Slack over HTTP: what it sends us, each request signed, and the pages where somebody lets the bot in.

A request that is not Slack's is not even parsed. What is in one goes to Bolt as over a socket, already parsed: Bolt's
own parser takes every form that has the word "payload" in it for a click.
Source: docs.slack.dev/authentication/verifying-requests-from-slack and /installing-with-oauth.
"""

import asyncio
import hmac
import json
import secrets
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from html import escape
from typing import Any
from urllib.parse import parse_qsl, urlencode

from aiohttp import web
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.signature import SignatureVerifier

from adapters.notes import note
from adapters.slack.access import EVENTS, INSTALL, REDIRECT, SlackAccess, SlackApp
from adapters.slack.incoming import key_of
from adapters.slack.manifest import SCOPES, TYPING
from adapters.slack.tokens import Clock, ConsentRefusedError, Installation, InstalledTokens, consent
from conversations.catalogue import Arg, Catalogue, language_for, phrase
from conversations.ports import NotReadyError, SessionStore, StorageError

LONGEST_BYTES = 1_000_000
"""Of a request; Slack's own stay far below."""
READ_SECONDS = 5.0
"""How long the head of a request may take to come in, and then the rest; Slack's own are there at once."""
CONSENT = timedelta(minutes=10)
"""How long somebody has from our page to Slack's yes."""
_COOKIE, _COOKIE_PATH = "teamcheck_install", "/slack"
_STAMP_DIGITS = 11
"""Of the seconds since 1970, for longer than anybody has."""
_GONE = ("app_uninstalled", "tokens_revoked")
_OK, _BAD, _FORBIDDEN, _UNSIGNED, _TOO_SLOW, _NOT_NOW = 200, 400, 403, 401, 408, 503
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_PAGE = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>teamcheck</title><style>
:root {{ color-scheme: light dark }}
body {{ font: 1.1rem/1.6 system-ui, sans-serif; max-width: 34rem; margin: 12vh auto; padding: 0 1rem }}
a {{ display: inline-block; padding: .5rem 1rem; border: 2px solid; border-radius: .4rem }}
</style></head><body><h1>teamcheck</h1>{paragraphs}</body></html>
"""

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Web:
    """The HTTP server that Slack calls."""

    def __init__(
        self,
        access: SlackAccess,
        app: SlackApp,
        catalogue: Catalogue,
        clock: Clock,
        *,
        store: SessionStore,
        tokens: InstalledTokens,
    ) -> None:
        self._access = access
        self._app = app
        self._catalogue = catalogue
        self._clock = clock
        self._verifier = SignatureVerifier(app.signing_secret)
        # Of the secret that every process of this app has: the page may be from another one of them.
        self._states = hmac.digest(app.signing_secret.encode(), b"teamcheck: states of installations", sha256)
        self._store = store
        self.tokens = tokens
        self._bolt: AsyncApp | None = None
        self._runner: web.AppRunner | None = None

    async def open(self) -> None:
        """Listen; events are not taken in before `take_in`.

        Raises:
            NotReadyError: the address cannot be had.

        """
        site = web.Application(client_max_size=LONGEST_BYTES, middlewares=[_one_a_connection, _without_traceback])
        site.router.add_post(EVENTS, self._events)
        site.router.add_get(INSTALL, self._install, allow_head=False)
        site.router.add_get(REDIRECT, self._redirected, allow_head=False)
        # Slack compresses nothing: what is compressed is not Slack's, and is not blown up to find that out.
        # aiohttp hangs up on a line from which no whole head of a request has come for so long, also on a new one.
        self._runner = web.AppRunner(
            site, access_log=None, shutdown_timeout=1, auto_decompress=False, keepalive_timeout=READ_SECONDS
        )
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self._app.host, self._app.port).start()
        except OSError:
            await self.close()
            address = f"{self._app.host}:{self._app.port}"
            raise NotReadyError(phrase("run.slack_address", address=address)) from None

    @property
    def port(self) -> int:
        """Where it listens, where the system has chosen."""
        return int(self._runner.addresses[0][1]) if self._runner else 0

    @property
    def is_open(self) -> bool:
        """Whether events are taken in."""
        return self._bolt is not None and self._runner is not None

    def take_in(self, bolt: AsyncApp) -> None:
        """From now on, hand what comes to Bolt."""
        self._bolt = bolt

    async def close(self) -> None:
        """Hang up."""
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    # -- what Slack sends --------------------------------------------------------------------------------------------

    async def _events(self, request: web.Request) -> web.StreamResponse:
        try:
            raw = await asyncio.wait_for(request.read(), READ_SECONDS)
        except TimeoutError:
            return web.Response(status=_TOO_SLOW)
        if not self._is_slack(request, raw):
            return web.Response(status=_UNSIGNED, text="not signed by Slack, or too long ago")
        body = _parsed(raw, request.content_type)
        if body is None:
            return web.Response(status=_BAD, text="neither JSON nor a form")
        if body.get("type") == "url_verification":
            return web.Response(text=str(body.get("challenge", "")))
        if "ssl_check" in body:
            return web.Response()
        if self._bolt is None:
            return web.Response(status=_NOT_NOW)
        asked = AsyncBoltRequest(body=dict(body), mode="socket_mode")
        event = body.get("event")
        removed = isinstance(event, dict) and event.get("type") in _GONE  # also where nothing lets us in any more
        try:
            if not removed and await self.tokens.of(asked.context.team_id or "") is None:
                note("not_installed")
                return web.Response()
        except StorageError as error:
            note("token_unknown", error, problem=error.told.key)
            return web.Response(status=_NOT_NOW)
        answer = await self._bolt.async_dispatch(asked)
        return web.Response(status=answer.status, text=answer.body or "", content_type=_content_type(answer.body))

    def _is_slack(self, request: web.Request, raw: bytes) -> bool:
        stamp = request.headers.get("X-Slack-Request-Timestamp", "")
        signature = request.headers.get("X-Slack-Signature", "")
        try:
            return stamp.isdecimal() and signature.isascii() and self._verifier.is_valid(raw, stamp, signature)
        except UnicodeDecodeError:  # of the body: Slack's are text
            return False

    # -- letting the bot in ------------------------------------------------------------------------------------------

    async def _install(self, request: web.Request) -> web.StreamResponse:
        """Show the way to Slack's question; what comes back is good once, for ten minutes, and in this browser.

        Nothing is kept of it: anybody can open this page, as often as they like.
        """
        state = self._state(secrets.token_hex(16), int(self._clock().timestamp()))
        asked = {
            "client_id": self._app.client_id,
            "scope": ",".join(sorted((*SCOPES, *TYPING))),
            "state": state,
            "redirect_uri": self._app.redirect_url,
        }
        page = self._page(request, "install.start", link=f"{self._access.consent_url}?{urlencode(asked)}")
        page.set_cookie(
            _COOKIE,
            state,
            max_age=int(CONSENT.total_seconds()),
            httponly=True,
            secure=self._app.public_url.startswith("https:"),
            samesite="Lax",
            path=_COOKIE_PATH,
        )
        return page

    async def _redirected(self, request: web.Request) -> web.StreamResponse:
        """Take what Slack says to who let us in, or did not; whatever comes of it, this browser begins anew."""
        state, code = request.query.get("state", ""), request.query.get("code", "")
        mine = secrets.compare_digest(state.encode(), request.cookies.get(_COOKIE, "").encode())
        if not mine or not self._is_ours(state):
            return self._page(request, "install.stale", status=_BAD)
        try:
            page = await self._let_in(request, state, code) if code else self._page(request, "install.declined")
        except StorageError as error:
            note("installation_not_kept", error, problem=error.told.key)
            page = self._page(request, "install.not_now", status=_NOT_NOW)
        page.del_cookie(_COOKIE, path=_COOKIE_PATH)
        return page

    def _state(self, nonce: str, at: int) -> str:
        signed = f"{nonce}-{at}"
        return f"{signed}-{hmac.new(self._states, signed.encode(), sha256).hexdigest()}"

    def _is_ours(self, state: str) -> bool:
        """Whether a state is of one of our pages, and not too old."""
        nonce, _, rest = state.partition("-")
        at = rest.partition("-")[0]
        if not (at.isascii() and at.isdecimal() and len(at) <= _STAMP_DIGITS):
            return False
        if not secrets.compare_digest(state.encode(), self._state(nonce, int(at)).encode()):
            return False
        return self._clock() < datetime.fromtimestamp(int(at), UTC) + CONSENT

    async def _let_in(self, request: web.Request, state: str, code: str) -> web.Response:
        now = self._clock()
        try:
            answer = await consent(self._access.api_url, self._app, now, code=code, redirect_uri=self._app.redirect_url)
        except ConsentRefusedError as error:
            note("not_installed_by_slack", error, why=error.code)
            return self._page(request, "install.refused", error=error.code, status=_BAD)
        # Only here is something written: Slack gave that code to somebody, and gives nothing for it a second time.
        if not await self._store.vault.hold(_used(state), now, now + CONSENT):
            return self._page(request, "install.stale", status=_BAD)
        if answer.get("is_enterprise_install") or not answer.get("team"):
            note("organisation_refused")
            return self._page(request, "install.organisation", status=_FORBIDDEN)
        scopes = {one.strip() for one in str(answer.get("scope", "")).split(",")}
        if missing := sorted(SCOPES.keys() - scopes):
            return self._page(request, "install.scopes", scopes=", ".join(missing), status=_BAD)
        team, enterprise = str(answer["team"]["id"]), (answer.get("enterprise") or {}).get("id")
        await self.tokens.keep(
            Installation(
                team,
                enterprise,
                str(answer.get("bot_id", "")),
                str(answer.get("bot_user_id", "")),
                str(answer["access_token"]),
                # A removal and an installation within one second are told apart by nobody: the later counts.
                installed_at=float(int(now.timestamp())),
                refresh=answer.get("refresh_token"),
                expires_at=answer["expires_at"],
                scopes=str(answer.get("scope", "")),
            )
        )
        await self._store.left(key_of(team, enterprise, ""), None)
        note("installed")
        return self._page(request, "install.done")

    def _page(
        self, request: web.Request, key: str, *, link: str | None = None, status: int = _OK, **args: Arg
    ) -> web.Response:
        asked = request.headers.get("Accept-Language", "").partition(",")[0].partition(";")[0]
        language = language_for(asked, self._catalogue.languages)
        text = escape(self._catalogue.text(phrase(key, **args), language))
        paragraphs = "".join(f"<p>{part}</p>" for part in text.split("\n") if part)
        if link:
            label = escape(self._catalogue.text(phrase("install.button"), language))
            paragraphs += f'<p><a href="{escape(link)}">{label}</a></p>'
        page = _PAGE.format(language=language, paragraphs=paragraphs)
        return web.Response(text=page, status=status, content_type="text/html", headers=_HEADERS)


@web.middleware
async def _one_a_connection(request: web.Request, handler: Answer) -> web.StreamResponse:
    """Hang up after an answer: kept open, the line might be closed at the moment a proxy sends a click over it."""
    answer = await handler(request)
    answer.force_close()
    return answer


@web.middleware
async def _without_traceback(request: web.Request, handler: Answer) -> web.StreamResponse:
    """Answer a fault of ours, or a request that is too long, with its number alone."""
    try:
        return await handler(request)
    except web.HTTPException as refused:
        return web.Response(status=refused.status, text=refused.reason)
    except Exception as error:  # noqa: BLE001  whatever it is, nobody outside is to read of it
        note("request_failed", error)
        return web.Response(status=500)


def _parsed(raw: bytes, content_type: str) -> Mapping[str, Any] | None:
    """Return what is in a request: JSON, a form with JSON in it, or a form."""
    with suppress(ValueError, RecursionError):
        text = raw.decode()
        if content_type == "application/json":
            found = json.loads(text)
        else:
            form = dict(parse_qsl(text, keep_blank_values=True, max_num_fields=100))
            found = json.loads(form["payload"]) if "payload" in form else form
        return found if isinstance(found, dict) else None
    return None


def _content_type(body: str | None) -> str:
    return "application/json" if body and body.startswith("{") else "text/plain"


def _used(state: str) -> str:
    return f"slack-consent:{sha256(state.encode()).hexdigest()}"
