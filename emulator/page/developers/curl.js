// A kept request as a curl command for a shell.
const LEFT_OUT = new Set(["host", "connection", "content-length", "accept-encoding", "user-agent", "accept", "transfer-encoding"]);

const quoted = (text) => `'${String(text).replaceAll("'", "'\\''")}'`;

export function asCurl({ method, path, request: { headers = {}, query = {}, body } }, origin) {
  const search = new URLSearchParams(query).toString();
  const parts = [`curl -sS -X ${method} ${quoted(origin + path + (search ? `?${search}` : ""))}`];
  for (const [name, value] of Object.entries(headers)) {
    if (!LEFT_OUT.has(name.toLowerCase())) parts.push(`-H ${quoted(`${name}: ${value}`)}`);
  }
  if (body !== null && body !== undefined && body !== "") parts.push(`--data-raw ${quoted(typeof body === "string" ? body : JSON.stringify(body))}`);
  return parts.join(" \\\n  ");
}
