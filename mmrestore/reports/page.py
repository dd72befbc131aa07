"""Skeleton of a report: one file with its styles and its script."""

from __future__ import annotations

from collections.abc import Iterable

from mmrestore.reports.html import Html, element, escaped

# The browser itself refuses whatever is not in the file.
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"

STYLE = Html("""
:root { color-scheme: light dark; --line: #8885; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
h1, h2, h3 { line-height: 1.2; overflow-wrap: anywhere; }
table { border-collapse: collapse; margin: 1rem 0; display: block; overflow-x: auto; }
caption { text-align: left; padding-bottom: .3rem; font-weight: 600; }
th, td { padding: .2rem .8rem .2rem 0; border-bottom: 1px solid var(--line); text-align: left;
  vertical-align: top; overflow-wrap: break-word; }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
section { border-top: 1px solid var(--line); padding: 1rem 0;
  content-visibility: auto; contain-intrinsic-size: auto 420px; }
.row { display: flex; flex-wrap: wrap; gap: 1rem; }
.column { display: grid; gap: .5rem; align-content: start; }
figure { margin: 0; }
figcaption, .note { font-size: .85rem; opacity: .8; }
figcaption { max-width: 44rem; }
.row figcaption { max-width: 20rem; }
summary { cursor: pointer; }
pre { overflow-x: auto; font-size: .8rem; }
img { display: block; }
figure > img { max-width: 100%; height: auto; }
.row img, .slider img { image-rendering: pixelated; }
.slider { --at: 50%; position: relative; overflow: hidden; }
.slider img, .slider input { position: absolute; inset: 0; margin: 0; }
.slider img + img { clip-path: inset(0 0 0 var(--at)); }
.slider input { width: 100%; height: 100%; opacity: 0; cursor: ew-resize; }
.slider::after { content: ''; position: absolute; top: 0; bottom: 0; left: var(--at); width: 2px;
  margin-left: -1px; background: #fff; box-shadow: 0 0 0 1px #0008; pointer-events: none; }
.slider:focus-within { outline: 2px solid Highlight; }
""")

SCRIPT = Html("""
document.addEventListener('input', event => {
  const slider = event.target.closest('.slider');
  if (slider) slider.style.setProperty('--at', event.target.value + '%');
});
""")


def page(title: str, body: Iterable[object]) -> str:
    """Return a whole HTML page with embedded styles and script.

    Args:
        title: of the window; escaped, and not repeated in the body.
        body: elements, and texts, which are escaped.

    Examples:
        >>> text = page('<1>', [element('h1', 'a & b')])
        >>> text.startswith('<!doctype html>'), '<title>&lt;1&gt;' in text, 'a &amp; b' in text
        (True, True, True)
    """
    policy = {'http-equiv': 'Content-Security-Policy', 'content': POLICY}
    view = {'name': 'viewport', 'content': 'width=device-width, initial-scale=1'}
    head = element(
        'head',
        element('meta', attributes={'charset': 'utf-8'}),
        element('meta', attributes=policy),
        element('meta', attributes=view),
        element('title', escaped(title)),
        element('style', STYLE),
    )
    content = element('body', *body, element('script', SCRIPT))
    return f'<!doctype html>\n{element("html", head, content, attributes={"lang": "en"})}\n'
