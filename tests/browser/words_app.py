"""Texts of all kinds of markup, shown by `pages/shared/say.py`: one error each."""

from pages.shared import say

TEXTS = [
    "![i](http://evil.test/i.png)", "[link](http://evil.test)", "<http://evil.test>", "http://evil.test/x and www.evil.test",
    "HTTPS://evil.test WWW.evil.test ftp://evil.test", "mail a@evil.test or mailto:a@evil.test", "$x^2$ and $$y$$ and \\(z\\)",
    ":red[red] :blue-background[b] :small[s] :badge[b] :rainbow[r]", ":smile: :material/home: :streamlit:", "`code` ``co`de``",
    "**bold** __bold__ *i* _i_ ~~gone~~ ~gone~", "# head", "> quote", "- item", "+ item", "1. item", "1) item", "* item",
    "---", "***", "| a | b |\n|---|---|\n| c | d |", "a\n===\n", "    code", "```\nfence\n```", "[x]: http://evil.test",
    "[^1] and [^1]: note", "<b>bold</b> <img src=x onerror=alert(1)> <script>alert(1)</script>",
    "&lt;b&gt; &amp; &copy; &#36;x&#36;",
    "-> <- <-> -- --- >= <= ~= ...", "\\ \\* back\\", ":::note\ntext\n:::", "::img[x]{src=y}", "- [ ] todo", "a  \nb",
    "\tcode",
    "'quoted' and \"double\", 100 % of 1e-5, 0.01; x/y?",
    "{{x}} ${y} #{z} @user #12", "word_with_under_scores and 2*3*4", "[[x]] ![[y]]",
]  # fmt: skip

for text in TEXTS:
    say.fail(text)
