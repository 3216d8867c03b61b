-- Sessions with times, breaks between them. Queues under small numbers: grouping by texts costs twice as much.
CREATE TEMP TABLE sessions AS
SELECT hall_id, date, session, day_type, coalesce(bad_data, false) AS bad_data, open_at, close_at,
       lead(open_at) OVER (PARTITION BY hall_id, date ORDER BY open_at) AS next_open
FROM read_parquet(getvariable('city') || '/calendar/*.parquet')
WHERE open_at IS NOT NULL AND close_at > open_at
  AND date BETWEEN (SELECT min(CAST(take_time AS DATE)) FROM read_parquet(getvariable('city') || '/tickets/*.parquet'))
               AND (SELECT max(CAST(take_time AS DATE)) FROM read_parquet(getvariable('city') || '/tickets/*.parquet'));

CREATE TEMP TABLE places AS
SELECT queue_id, hall_id, CAST(row_number() OVER (ORDER BY queue_id) AS INT) AS queue
FROM read_parquet(getvariable('city') || '/queues/*.parquet');

CREATE TEMP TABLE opened AS
SELECT queue, date, session, epoch_us(open_at) AS opening, epoch_us(close_at) AS closing
FROM sessions JOIN places USING (hall_id);

CREATE TEMP TABLE breaks AS
SELECT hall_id, date, close_at AS start_at, next_open AS end_at FROM sessions WHERE next_open > close_at;

-- What a ticket means: tests left out, `counts` is false for void tickets and slips; waits net of breaks.
CREATE TEMP TABLE visits AS
SELECT p.queue, p.hall_id, t.date, t.window_id, t.item_code,
       epoch_us(t.take_time) AS take, epoch_us(t.call_time) AS call, epoch_us(t.start_time) AS start,
       epoch_us(t.end_time) AS finish,
       NOT coalesce(t.status = 'void' AND t.end_time IS NOT NULL, false)
         AND NOT coalesce(t.status = 'cancelled' AND t.end_time - t.take_time <= INTERVAL 120 SECONDS, false) AS counts,
       t.transferred_from IS NULL AS own,
       NOT coalesce(t.call_time - t.take_time > INTERVAL 180 MINUTES, false) AS usual,
       epoch_us(t.call_time) - epoch_us(t.take_time)
         - CASE WHEN b.start_at < t.call_time AND b.end_at > t.take_time
                THEN epoch_us(least(t.call_time, b.end_at)) - epoch_us(greatest(t.take_time, b.start_at)) ELSE 0 END
         AS wait,
       CASE WHEN t.status IN ('done', 'returned') AND t.end_time > coalesce(t.start_time, t.call_time)
            THEN epoch_us(t.end_time) - epoch_us(coalesce(t.start_time, t.call_time)) END AS handle
FROM (SELECT *, CAST(take_time AS DATE) AS date FROM read_parquet(getvariable('city') || '/tickets/*.parquet')
      WHERE NOT is_test) t
JOIN places p ON p.queue_id = t.queue_id
LEFT JOIN breaks b ON b.hall_id = t.hall_id AND b.date = t.date;

-- A join on equal days with a range beside it: ASOF took twice as long.
CREATE TEMP TABLE counted AS
WITH moments AS (
    SELECT queue, date, take AS moment, 1 AS taken, own::INT AS own, (own AND usual)::INT AS own_usual,
           0 AS calls, 0::BIGINT AS wait, 0 AS calls_usual, 0::BIGINT AS wait_usual, 0 AS handled, 0::BIGINT AS handle
    FROM visits WHERE counts
    UNION ALL
    SELECT queue, date, call, 0, 0, 0, 1, wait, usual::INT, CASE WHEN usual THEN wait ELSE 0 END, 0, 0
    FROM visits WHERE counts AND call IS NOT NULL
    UNION ALL
    SELECT queue, date, finish, 0, 0, 0, 0, 0, 0, 0, 1, handle
    FROM visits WHERE counts AND handle IS NOT NULL
)
SELECT m.queue, m.date, m.moment // 300000000 + 1 AS step, o.session,
       sum(taken)::BIGINT AS taken, sum(own)::BIGINT AS own, sum(own_usual)::BIGINT AS own_usual,
       sum(calls)::BIGINT AS calls, sum(wait)::BIGINT AS wait, sum(calls_usual)::BIGINT AS calls_usual,
       sum(wait_usual)::BIGINT AS wait_usual, sum(handled)::BIGINT AS handled, sum(handle)::BIGINT AS handle
FROM moments m LEFT JOIN opened o
  ON o.queue = m.queue AND o.date = m.date AND m.moment >= o.opening AND m.moment < o.closing
GROUP BY ALL;

CREATE TEMP TABLE counted_hour AS
SELECT queue, date, (step - 1) // 12 AS hour,
       sum(taken)::BIGINT AS taken, sum(own)::BIGINT AS own, sum(own_usual)::BIGINT AS own_usual,
       sum(calls)::BIGINT AS calls, sum(wait)::BIGINT AS wait, sum(calls_usual)::BIGINT AS calls_usual,
       sum(wait_usual)::BIGINT AS wait_usual, sum(handled)::BIGINT AS handled, sum(handle)::BIGINT AS handle
FROM counted GROUP BY ALL;

CREATE TEMP VIEW queues_5m AS
SELECT p.hall_id, p.queue_id, date, make_timestamptz(step * 300000000) AS "at", c.* EXCLUDE (queue, date, step)
FROM counted c JOIN places p USING (queue);

CREATE TEMP VIEW queues_hour AS
SELECT p.hall_id, p.queue_id, date, make_timestamptz(hour * 3600000000) AS hour, c.* EXCLUDE (queue, date, hour)
FROM counted_hour c JOIN places p USING (queue);

CREATE TEMP VIEW queues_day AS
SELECT p.hall_id, p.queue_id, date,
       sum(taken)::BIGINT AS taken, sum(own)::BIGINT AS own, sum(own_usual)::BIGINT AS own_usual,
       sum(calls)::BIGINT AS calls, sum(wait)::BIGINT AS wait, sum(calls_usual)::BIGINT AS calls_usual,
       sum(wait_usual)::BIGINT AS wait_usual, sum(handled)::BIGINT AS handled, sum(handle)::BIGINT AS handle
FROM counted_hour c JOIN places p USING (queue) GROUP BY ALL;
