-- REGISTERED, UNREGISTERED and VOIDED no longer count as activity: count the quarters that have such events again.
-- Every statement may be repeated. The first one changes quarters that keep other events, the second deletes the rest.

UPDATE timeline_quarters AS quarter SET events = counted.events, active_ms = counted.active_ms
FROM (
    SELECT course_key, date_bin('15 minutes', at, 'epoch') AS start,
        count(*) FILTER (WHERE verb NOT IN ('REGISTERED', 'UNREGISTERED', 'VOIDED')) AS events,
        coalesce(sum(duration_ms) FILTER (WHERE verb NOT IN ('REGISTERED', 'UNREGISTERED', 'VOIDED')), 0)::int8
            AS active_ms
    FROM timeline_events GROUP BY 1, 2
    HAVING bool_or(verb IN ('REGISTERED', 'UNREGISTERED', 'VOIDED'))
) AS counted
WHERE quarter.course_key = counted.course_key AND quarter.start = counted.start;

DELETE FROM timeline_quarters WHERE events = 0;
