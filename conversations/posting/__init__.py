"""Reading a job posting: proposals with their evidence, each for the person to confirm. docs/postings.md explains it."""
