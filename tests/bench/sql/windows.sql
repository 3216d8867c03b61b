-- How long each window was open and busy on each day, as known at its end; how long each item took.
CREATE TEMP TABLE each_window AS
SELECT window_id, hall_id, service_group, is_tidal, CAST(row_number() OVER (ORDER BY window_id) AS INT) AS number,
       CAST(dense_rank() OVER (ORDER BY list_sort(list_distinct(queue_ids))) AS INT) AS company,
       list_distinct(queue_ids) AS queue_ids
FROM read_parquet(getvariable('city') || '/windows/*.parquet');

CREATE TEMP TABLE shut AS
SELECT hall_id, date, epoch_us(max(close_at)) AS closing FROM sessions GROUP BY ALL;

-- Open: open spells, and the first 15 minutes of each pause; without an end of the same day until the last closing.
CREATE TEMP TABLE open_spells AS
WITH spells AS (
    SELECT w.number, w.hall_id, s.start_at::DATE AS date, epoch_us(s.start_at) AS start,
           CASE WHEN s.end_at::DATE = s.start_at::DATE THEN epoch_us(s.end_at) END AS stop,
           least(lead(epoch_us(s.start_at)) OVER (PARTITION BY w.number ORDER BY s.start_at, s.session_id),
                 CASE WHEN s.state = 'pause' THEN epoch_us(s.start_at) + 900000000 END) AS most
    FROM read_parquet(getvariable('city') || '/window_sessions/*.parquet') s JOIN each_window w USING (window_id)
)
SELECT s.number, s.date, s.start, least(coalesce(s.stop, greatest(c.closing, s.start)), s.most) AS stop
FROM spells s LEFT JOIN shut c ON c.hall_id = s.hall_id AND c.date = s.date
WHERE least(coalesce(s.stop, greatest(c.closing, s.start)), s.most) > s.start;

-- Services at windows. The next call of a window is mostly that of the next row; only where it is not later (or lies
-- before the service's end) it has to be looked for.
CREATE TEMP TABLE calls AS
SELECT w.number, w.company, v.hall_id, v.date, v.counts, least(v.call, v.start) AS call,
       CASE WHEN make_timestamptz(v.finish)::DATE = v.date THEN v.finish END AS finish,
       lead(least(v.call, v.start)) OVER (PARTITION BY w.number ORDER BY least(v.call, v.start)) AS following
FROM visits v JOIN each_window w USING (window_id)
WHERE least(v.call, v.start) IS NOT NULL AND make_timestamptz(least(v.call, v.start))::DATE = v.date;

CREATE TEMP TABLE services AS
WITH easy AS (
    SELECT number, company, date, call, finish, following AS change
    FROM calls WHERE counts AND finish IS NOT NULL AND (following >= finish OR following IS NULL)
), hard AS (
    SELECT c.number, c.company, c.date, c.call, c.finish, n.call AS change
    FROM (FROM calls WHERE counts AND finish IS NOT NULL AND following < finish) c
    ASOF LEFT JOIN calls n ON n.number = c.number AND n.call >= c.finish
), unclosed AS (
    -- Never closed: until the window's next call, at most until the last closing.
    SELECT c.number, c.company, c.date, c.call,
           least(n.call, greatest(coalesce(s.closing, c.call), c.call)) AS finish, NULL::BIGINT AS change
    FROM (FROM calls WHERE counts AND finish IS NULL) c
    ASOF LEFT JOIN calls n ON n.number = c.number AND n.call > c.call
    LEFT JOIN shut s ON s.hall_id = c.hall_id AND s.date = c.date
)
FROM easy UNION ALL FROM hard UNION ALL FROM unclosed;

-- When somebody waits for a company of windows that serve the same queues, as one list of spells without overlap.
CREATE TEMP TABLE awaited AS
WITH waiting AS (
    SELECT q.company, v.take AS start,
           least(v.call, v.start, v.finish, greatest(coalesce(s.closing, epoch_us((v.date + 1)::TIMESTAMPTZ)), v.take),
                 epoch_us((v.date + 1)::TIMESTAMPTZ)) AS stop
    FROM visits v JOIN places p ON p.queue = v.queue
    JOIN (SELECT DISTINCT company, unnest(queue_ids) AS queue_id FROM each_window) q ON q.queue_id = p.queue_id
    LEFT JOIN shut s ON s.hall_id = v.hall_id AND s.date = v.date
), marked AS (
    SELECT *, start > max(stop) OVER (PARTITION BY company ORDER BY start, stop
                                      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS fresh
    FROM waiting WHERE stop > start
), islands AS (
    SELECT *, sum(coalesce(fresh, true)::INT) OVER (PARTITION BY company ORDER BY start, stop
                                                    ROWS UNBOUNDED PRECEDING) AS island
    FROM marked
), merged AS (
    SELECT company, min(start) AS start, max(stop) AS stop FROM islands GROUP BY company, island
)
SELECT *, lag(stop) OVER before AS stop_1, lag(start) OVER before AS start_1,
       lag(stop, 2) OVER before AS stop_2, lag(start, 2) OVER before AS start_2
FROM merged WINDOW before AS (PARTITION BY company ORDER BY start);

-- Up to 30 seconds between two customers count as work while somebody waits.
CREATE TEMP TABLE changes AS
WITH gaps AS (
    SELECT number, company, date, finish AS start, least(change, finish + 30000000) AS stop
    FROM services WHERE change > finish AND make_timestamptz(change)::DATE = date
), found AS (
    SELECT g.number, g.date, g.start AS low, g.stop AS high,
           unnest([{'start': a.start, 'stop': a.stop}, {'start': a.start_1, 'stop': a.stop_1},
                   {'start': a.start_2, 'stop': a.stop_2}]) AS spell
    FROM gaps g ASOF JOIN awaited a ON a.company = g.company AND a.start < g.stop
)
SELECT number, date, greatest(low, spell.start) AS start, least(high, spell.stop) AS stop
FROM found WHERE spell.start IS NOT NULL AND greatest(low, spell.start) < least(high, spell.stop);

-- Busy: services and changes without overlap, within the open spells.
CREATE TEMP TABLE busy AS
WITH parts AS (
    SELECT number, date, call AS start, finish AS stop FROM services WHERE finish > call
    UNION ALL SELECT number, date, start, stop FROM changes
), marked AS (
    SELECT *, start > max(stop) OVER (PARTITION BY number ORDER BY start, stop
                                      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS fresh
    FROM parts
), islands AS (
    SELECT *, sum(coalesce(fresh, true)::INT) OVER (PARTITION BY number ORDER BY start, stop
                                                    ROWS UNBOUNDED PRECEDING) AS island
    FROM marked
), merged AS (
    SELECT number, min(date) AS date, min(start) AS start, max(stop) AS stop FROM islands GROUP BY number, island
)
SELECT b.number, b.date, sum(least(b.stop, o.stop) - greatest(b.start, o.start))::BIGINT AS busy
FROM merged b JOIN open_spells o ON o.number = b.number AND o.date = b.date AND o.start < b.stop AND b.start < o.stop
GROUP BY ALL;

CREATE TEMP TABLE windows_day AS
SELECT w.hall_id, w.service_group, w.window_id, w.is_tidal, o.date, o.open, coalesce(b.busy, 0) AS busy
FROM (SELECT number, date, sum(stop - start)::BIGINT AS open FROM open_spells GROUP BY ALL) o
JOIN each_window w ON w.number = o.number
LEFT JOIN busy b ON b.number = o.number AND b.date = o.date;

CREATE TEMP TABLE items_day AS
SELECT hall_id, item_code, date, count(*) AS n, sum(ln(handle / 60000000.0::DOUBLE)) AS logs
FROM visits
WHERE handle IS NOT NULL AND item_code IS NOT NULL AND make_timestamptz(finish)::DATE = date
GROUP BY ALL;
