-- name: lock_units
-- One import at a time; the others wait.
SELECT pg_advisory_xact_lock(hashtext('hoso.units'))

-- name: known
-- What there is, to tell changed from unchanged.
SELECT code, digest, retired_at IS NOT NULL AS is_retired FROM units

-- name: put
-- Keeps units as they are now.
INSERT INTO units (code, kind, document, latitude, longitude, digest)
SELECT code, kind, document::jsonb, latitude, longitude, digest
FROM unnest(%(codes)s::text[], %(kinds)s::text[], %(documents)s::text[], %(latitudes)s::float8[],
            %(longitudes)s::float8[], %(digests)s::bytea[]) AS u (code, kind, document, latitude, longitude, digest)
ON CONFLICT (code) DO UPDATE SET
    kind = excluded.kind, document = excluded.document, latitude = excluded.latitude,
    longitude = excluded.longitude, digest = excluded.digest, retired_at = NULL, imported_at = now()

-- name: drop_names
-- Drops the names that units had before.
DELETE FROM unit_names WHERE code = ANY(%(codes)s::text[])

-- name: put_names
-- How people name them.
INSERT INTO unit_names (name, code)
SELECT name, code FROM unnest(%(names)s::text[], %(codes)s::text[]) AS n (name, code)

-- name: retire_others
-- Retires what a complete import no longer has.
WITH gone AS (
    UPDATE units SET retired_at = now()
    WHERE retired_at IS NULL AND NOT code = ANY(%(codes)s::text[]) RETURNING code
), names AS (
    DELETE FROM unit_names n USING gone WHERE n.code = gone.code
)
SELECT code FROM gone ORDER BY code

-- name: get
-- Units by code.
SELECT code, document FROM units WHERE code = ANY(%(codes)s::text[]) AND retired_at IS NULL

-- name: list_all
-- All units by code.
SELECT document FROM units WHERE retired_at IS NULL ORDER BY code

-- name: of_kind
-- Units of one kind, the verified ones first.
SELECT document FROM units WHERE kind = %(kind)s AND retired_at IS NULL
ORDER BY (document ->> 'verified')::boolean DESC, code LIMIT %(limit)s

-- name: named_in
-- The names that stand in a text as whole words, the longest first.
SELECT name, code FROM unit_names WHERE strpos(%(text)s, ' ' || name || ' ') > 0 ORDER BY length(name) DESC, name, code

-- name: nearest
-- The nearest places by the great circle (haversine; mean radius of the earth 6371 km).
SELECT document, distance_km FROM (
    SELECT code, document,
           2 * 6371 * asin(sqrt(least(1,
               sin(radians(latitude - %(latitude)s) / 2) ^ 2
               + cos(radians(%(latitude)s)) * cos(radians(latitude)) * sin(radians(longitude - %(longitude)s) / 2) ^ 2
           ))) AS distance_km
    FROM units WHERE retired_at IS NULL AND latitude IS NOT NULL AND kind <> 'former'
) placed
ORDER BY distance_km, code LIMIT %(limit)s
