-- The usual mean wait of every queue in every half hour of the clock; days with fewer than 10 calls do not count.
CREATE TEMP TABLE called AS
WITH instants AS (
    SELECT p.queue, s.hall_id, s.date, s.day_type, s.bad_data, s.open_at,
           unnest(range(epoch_us(s.open_at) // 1800000000 + 1, epoch_us(s.close_at) // 1800000000 + 1)) AS half
    FROM sessions s JOIN places p USING (hall_id)
), per_half AS (
    SELECT queue, (step + 5) // 6 AS half, sum(calls_usual)::INT AS calls, sum(wait_usual)::BIGINT AS wait
    FROM counted WHERE session IS NOT NULL GROUP BY ALL
)
SELECT i.queue, i.hall_id, i.date, i.half, i.day_type,
       i.day_type IN ('work', 'rest') AND NOT i.bad_data AND i.date >= f.first_day AND h.calls >= 10 AS usable,
       (i.half - epoch_us(date_trunc('day', i.open_at)) // 1800000000)::INT AS slot,
       h.wait / 60000000.0::DOUBLE / h.calls AS value
FROM instants i LEFT JOIN per_half h ON h.queue = i.queue AND h.half = i.half
LEFT JOIN first_days f ON f.hall_id = i.hall_id;

CREATE TEMP TABLE ordinary_waits AS
SELECT queue, hall_id, half, list_slice(list(value) FILTER (usable) OVER weeks_before, -8, -1) AS past
FROM called
WINDOW weeks_before AS (PARTITION BY queue, dayofweek(date), slot ORDER BY date
                        RANGE BETWEEN INTERVAL 112 DAYS PRECEDING AND INTERVAL 7 DAYS PRECEDING)
QUALIFY day_type <> 'makeup';

CREATE TEMP TABLE makeup_waits AS
WITH days AS (SELECT DISTINCT hall_id, date, day_type FROM sessions),
looked_at AS (
    SELECT m.hall_id, m.date, w.date AS past
    FROM days m JOIN days w ON w.hall_id = m.hall_id AND w.day_type = 'work' AND w.date < m.date
    WHERE m.day_type = 'makeup'
    QUALIFY row_number() OVER (PARTITION BY m.hall_id, m.date ORDER BY w.date DESC) <= 16
)
SELECT a.queue, a.hall_id, a.half, list_slice(list(c.value ORDER BY c.date) FILTER (c.usable), -8, -1) AS past
FROM called a JOIN looked_at l ON l.hall_id = a.hall_id AND l.date = a.date
JOIN called c ON c.queue = a.queue AND c.date = l.past AND c.slot = a.slot
GROUP BY ALL;

CREATE TEMP VIEW waits AS
SELECT p.hall_id, p.queue_id, make_timestamptz(half * 1800000000) AS "at", list_median(past) AS baseline,
       len(past) AS days
FROM (SELECT * FROM ordinary_waits UNION ALL SELECT * FROM makeup_waits) w JOIN places p USING (queue)
WHERE len(past) >= 4;
