"""Reading a job posting: proposals with their evidence, for the person to confirm. docs/postings.md explains it."""
