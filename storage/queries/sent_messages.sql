-- name: notice
-- The notice that a platform's message id stands for; a message given up for another channel may still have arrived.
SELECT n.kind, coalesce(n.accepted_at, n.updated_at) AS at FROM notices n
WHERE n.id IN (
    SELECT id FROM notices WHERE platform_message_id = %(message_id)s
    UNION SELECT notice_id FROM attempts WHERE outcome = 'silent' AND code = %(message_id)s)
ORDER BY n.created_at DESC LIMIT 1

-- name: chat_message
-- The message of a citizen's own chat that a platform's message id stands for.
SELECT author, at FROM messages WHERE citizen_id = %(citizen_id)s AND message_id = %(message_id)s LIMIT 1

-- name: account_name
-- The name that people see on the account.
SELECT name FROM accounts WHERE id = %(account_id)s AND name IS NOT NULL
