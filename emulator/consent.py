"""The consent page as an account's admin sees it, in Vietnamese or English (docs: zalo 2.1, 2.7). Pure.

It stands alone (its style is inside), so that it looks the same wherever a login window shows it.
"""

from collections.abc import Mapping
from html import escape
from urllib.parse import urlencode

LANGUAGES = ("vi", "en")
DENIED_FIELD = "decision"
DENY = "deny"

_WORDS = {
    "vi": {
        "title": "Cấp quyền cho ứng dụng",
        "asks": "Ứng dụng {app} muốn thay mặt tài khoản {account} để:",
        "default": "gửi và nhận tin nhắn, xem người quan tâm",
        "back": "Sau đó trình duyệt trở về {site}.",
        "note": "Đây là trình giả lập, không phải nền tảng thật. Mã chỉ có giá trị 10 phút và dùng một lần.",
        "allow": "Đồng ý",
        "deny": "Từ chối",
        "other": "English",
    },
    "en": {
        "title": "Grant access to an application",
        "asks": "The application {app} asks to act for the account {account}, to:",
        "default": "send and receive messages, see followers",
        "back": "Your browser then returns to {site}.",
        "note": "This is an emulator, not the real platform. The code is good for 10 minutes and one use.",
        "allow": "Allow",
        "deny": "Deny",
        "other": "Tiếng Việt",
    },
}
_PAGE = """<!doctype html>
<html lang="{lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><link rel="icon" href="/page/icon.svg"><style>
:root {{ color-scheme: light dark; --ink: #1c2733; --soft: #52606d; --paper: #fffdf8; --ground: #e9eee6;
  --main: #1f6f4a; --line: #cfd8cc }}
@media (prefers-color-scheme: dark) {{ :root {{ --ink: #eef2ee; --soft: #b3c0b6; --paper: #1d2622; --ground: #121815;
  --main: #2c8a5e; --line: #3a4740 }} }}
body {{ margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--ground); color: var(--ink);
  font: 1rem/1.55 system-ui, sans-serif }}
main {{ background: var(--paper); border: 1px solid var(--line); border-radius: 1rem; max-width: 28rem;
  margin: 1rem; padding: 1.75rem }}
h1 {{ font-size: 1.35rem; margin: 0 0 1rem }}
ul {{ padding-left: 1.2rem }} code {{ overflow-wrap: anywhere }} .soft {{ color: var(--soft); font-size: .9rem }}
form {{ display: flex; gap: .75rem; flex-wrap: wrap; margin-top: 1.25rem }}
button {{ font: inherit; padding: .6rem 1.4rem; border-radius: .6rem; border: 1px solid var(--line);
  background: transparent; color: inherit; cursor: pointer }}
button.allow {{ background: #1f6f4a; border-color: #1f6f4a; color: #fff; font-weight: 600 }}
button:focus-visible, a:focus-visible {{ outline: 3px solid var(--main); outline-offset: 2px }}
a {{ color: inherit }}
</style></head>
<body><main><h1>{title}</h1><p>{asks}</p><ul>{permissions}</ul><p class="soft">{back}</p>
<form method="post" action="/v4/oa/permission">{hidden}
<button class="allow" type="submit">{allow}</button>
<button type="submit" name="{denied_field}" value="{deny_value}">{deny}</button></form>
<p class="soft">{note}</p><p class="soft"><a href="{other_url}" lang="{other_lang}">{other}</a></p>
</main></body></html>"""


def choose_language(wanted: str | None, accepted: str) -> str:
    """`vi` or `en`: the one asked for, else what the browser names first, else Vietnamese."""
    if wanted in LANGUAGES:
        return wanted
    first = accepted.partition(",")[0].strip().lower()
    return "en" if first.startswith("en") else "vi"


def render_consent(
    asked: Mapping[str, str], *, account: str, site: str, permissions: tuple[str, ...], lang: str
) -> str:
    """The page. `asked` are the checked parameters of the request, `site` is the host the browser returns to."""
    words = _WORDS[lang]
    other_lang = "en" if lang == "vi" else "vi"
    hidden = "".join(f'<input type="hidden" name="{name}" value="{escape(value)}">' for name, value in asked.items())
    names = {"app": _strong(asked["app_id"]), "account": _strong(account)}
    return _PAGE.format(
        lang=lang,
        title=words["title"],
        asks=words["asks"].format(**names),
        permissions="".join(f"<li>{escape(each)}</li>" for each in permissions or (words["default"],)),
        back=words["back"].format(site=f"<code>{escape(site)}</code>"),
        hidden=hidden,
        denied_field=DENIED_FIELD,
        deny_value=DENY,
        allow=words["allow"],
        deny=words["deny"],
        note=words["note"],
        other=words["other"],
        other_lang=other_lang,
        other_url=escape("?" + urlencode({**asked, "lang": other_lang})),
    )


def _strong(text: str) -> str:
    return f"<strong>{escape(text)}</strong>"
