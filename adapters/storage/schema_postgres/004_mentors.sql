-- The checks that a mentor may have touched: forgetting one looks at these, not at every check of a platform.
CREATE INDEX checks_of_mentors ON checks (platform)
    WHERE strpos(body, '"shares":') > 0 OR strpos(body, '"remarks":') > 0;
