"""The durable position of a rebuild of progress: one row while a rebuild has not ended."""

from stores.sql.progress.tables import ENROLLMENTS

START = "INSERT INTO progress_rebuilds (name) VALUES ('all') ON CONFLICT (name) DO NOTHING"

LEFT = """
SELECT (
    SELECT count(*) FROM enrollments
    WHERE rebuild.after_registration IS NULL OR registration > rebuild.after_registration
) AS left_over
FROM progress_rebuilds AS rebuild WHERE rebuild.name = 'all'
"""

BATCH = f"""
SELECT {ENROLLMENTS.names} FROM enrollments
WHERE EXISTS (SELECT 1 FROM progress_rebuilds WHERE name = 'all') AND registration > coalesce(
    (SELECT after_registration FROM progress_rebuilds WHERE name = 'all'), '00000000-0000-0000-0000-000000000000'::uuid
)
ORDER BY registration LIMIT $1
"""

# Another process may have advanced further: the position never moves back.
ADVANCE = """
UPDATE progress_rebuilds SET after_registration = $1::text::uuid
WHERE name = 'all' AND (after_registration IS NULL OR after_registration < $1::text::uuid)
"""

END = "DELETE FROM progress_rebuilds WHERE name = 'all'"
