-- name: lock_catalogue
-- One import at a time; the others wait.
SELECT pg_advisory_xact_lock(hashtext('hoso.procedures'))

-- name: known
-- What there is, to tell changed from unchanged.
SELECT code, digest, retired_at IS NOT NULL AS is_retired FROM procedures

-- name: put
-- Keeps procedures as they are now.
INSERT INTO procedures (code, document, verified, digest)
SELECT code, document::jsonb, (document::jsonb ->> 'verified')::boolean, digest
FROM unnest(%(codes)s::text[], %(documents)s::text[], %(digests)s::bytea[]) AS p (code, document, digest)
ON CONFLICT (code) DO UPDATE SET
    document = excluded.document, verified = excluded.verified, digest = excluded.digest, retired_at = NULL, imported_at = now()

-- name: drop_terms
-- Drops what procedures were found by before.
WITH phrases AS (DELETE FROM procedure_phrases WHERE code = ANY(%(codes)s::text[]))
DELETE FROM procedure_terms WHERE code = ANY(%(codes)s::text[])

-- name: put_terms
-- The terms that procedures are found by.
INSERT INTO procedure_terms (term, code, weight)
SELECT term, code, weight FROM unnest(%(codes)s::text[], %(terms)s::text[], %(weights)s::real[]) AS t (code, term, weight)

-- name: put_phrases
-- Their names as wholes.
INSERT INTO procedure_phrases (code, phrase, weight)
SELECT code, term, weight FROM unnest(%(codes)s::text[], %(terms)s::text[], %(weights)s::real[]) AS p (code, term, weight)

-- name: retire_others
-- Retires what a complete import no longer has; it is not found by words any more.
WITH gone AS (
    UPDATE procedures SET retired_at = now()
    WHERE retired_at IS NULL AND NOT code = ANY(%(codes)s::text[]) RETURNING code
), terms AS (
    DELETE FROM procedure_terms t USING gone WHERE t.code = gone.code
), phrases AS (
    DELETE FROM procedure_phrases p USING gone WHERE p.code = gone.code
)
SELECT code FROM gone ORDER BY code

-- name: rebuild_terms
-- Counts anew how rare each term is. Rows that stay as they are are not touched.
WITH counted AS (
    SELECT term, ln(1 + (SELECT count(*) FROM procedures WHERE retired_at IS NULL) / count(*)::real)::real AS rarity,
           count(*)::integer AS documents, bool_or(weight > %(name_weight)s) AND term NOT LIKE '~%%' AS is_name
    FROM procedure_terms GROUP BY term
), dropped AS (
    DELETE FROM catalogue_terms t WHERE NOT EXISTS (SELECT FROM counted c WHERE c.term = t.term)
)
INSERT INTO catalogue_terms AS t (term, rarity, documents, is_name)
SELECT term, rarity, documents, is_name FROM counted
ON CONFLICT (term) DO UPDATE SET
    rarity = excluded.rarity, documents = excluded.documents, is_name = excluded.is_name
WHERE (t.rarity, t.documents, t.is_name) IS DISTINCT FROM (excluded.rarity, excluded.documents, excluded.is_name)

-- name: analyze
-- Tells the planner what the index holds now.
ANALYZE procedure_terms, procedure_phrases, catalogue_terms

-- name: get
-- One procedure.
SELECT document, retired_at IS NOT NULL AS is_retired FROM procedures WHERE code = %(code)s

-- name: list_all
-- All procedures by code.
SELECT document, retired_at IS NOT NULL AS is_retired FROM procedures
WHERE retired_at IS NULL OR %(with_retired)s ORDER BY code

-- name: search
-- The procedures that the terms of a question fit best. Rare terms count more; a word that nobody uses is taken for the
-- ones that look like it; rare terms choose who is compared in full; the likeness of whole names decides among equals.
WITH asked AS (
    SELECT term, weight FROM unnest(%(terms)s::text[], %(weights)s::real[]) AS a (term, weight)
), known AS MATERIALIZED (
    SELECT a.term AS asked, t.term, t.documents, a.weight * t.rarity AS power
    FROM asked a JOIN catalogue_terms t ON t.term = a.term
), strange AS MATERIALIZED (
    SELECT a.term, a.weight FROM asked a
    WHERE NOT EXISTS (SELECT FROM known k WHERE k.asked = a.term)
), odd_words AS (
    SELECT term FROM strange WHERE term NOT LIKE '%% %%' AND term NOT LIKE '~%%' AND length(term) > 2
    ORDER BY term LIMIT %(max_odd_words)s
), alike AS (
    SELECT s.term AS asked, l.term, l.documents, s.weight * l.rarity * l.likeness AS power
    FROM strange s
    CROSS JOIN LATERAL (
        SELECT t.term, t.rarity, t.documents, similarity(t.term, s.term) AS likeness FROM catalogue_terms t
        WHERE t.is_name AND t.term %% s.term ORDER BY likeness DESC, t.term LIMIT 3
    ) l
    WHERE l.likeness >= %(alike)s AND string_to_array(s.term, ' ') && ARRAY(SELECT term FROM odd_words)
), meant AS MATERIALIZED (
    SELECT *, sum(documents) OVER (ORDER BY documents, term, asked ROWS UNBOUNDED PRECEDING) - documents AS before
    FROM (SELECT * FROM known UNION ALL SELECT * FROM alike) both_kinds
), near AS MATERIALIZED (
    SELECT p.code FROM meant m JOIN procedure_terms p ON p.term = m.term
    WHERE m.before < %(max_rows)s GROUP BY p.code ORDER BY sum(m.power * p.weight) DESC, p.code LIMIT 40
), parts AS (
    SELECT n.code, m.asked, max(m.power * p.weight) AS part
    FROM near n CROSS JOIN meant m JOIN procedure_terms p ON p.term = m.term AND p.code = n.code
    GROUP BY n.code, m.asked
), mass AS (
    -- At least that of two words that one procedure alone has: a single word proves little. A word that stands nowhere
    -- speaks against all of them.
    SELECT greatest(2 * n.rarest, coalesce((SELECT sum(power) FROM (
                        SELECT max(power) AS power FROM meant GROUP BY asked) most), 0)
                    + 0.7 * n.rarest * (SELECT coalesce(sum(s.weight), 0) FROM strange s WHERE s.term NOT LIKE '%% %%'
                                        AND NOT EXISTS (SELECT FROM meant m WHERE m.asked = s.term))) AS total
    FROM (SELECT ln(1 + count(*))::real AS rarest FROM procedures WHERE retired_at IS NULL) n
), fits AS (
    SELECT code, sum(part) AS fit FROM parts GROUP BY code
), best AS (
    SELECT f.code, ((0.7 * f.fit / mass.total + 0.3 * coalesce(l.likeness, 0))
                    * CASE WHEN p.verified THEN 1 ELSE %(doubt)s END)::real AS score
    FROM fits f CROSS JOIN mass JOIN procedures p ON p.code = f.code
    LEFT JOIN LATERAL (
        SELECT max(n.weight * said.weight * similarity(n.phrase, said.phrase)) AS likeness
        FROM procedure_phrases n
        CROSS JOIN unnest(%(phrases)s::text[], %(phrase_weights)s::real[]) AS said (phrase, weight)
        WHERE n.code = f.code
    ) l ON true
    ORDER BY score DESC, f.code LIMIT %(limit)s
)
SELECT p.document, b.score FROM best b JOIN procedures p ON p.code = b.code ORDER BY b.score DESC, p.code
