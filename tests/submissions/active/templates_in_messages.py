"""Messages that a template engine, a log or a formatter might evaluate.

Expect: score=16
Expect: verdict dense=error
"""
# %%
def dense(X, W, b):
    raise ValueError("{{ 7 * 7 }} {% include 'x' %} %s %(seed)s {0.__class__} ${jndi:ldap://x} [red]markup[/red] [link=file:///etc/passwd]x[/link]")
