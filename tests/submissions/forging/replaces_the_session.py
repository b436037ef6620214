"""Finds the runner through gc and answers every call with a value of its own.

Expect: score<=empty
"""
# %%
import gc, msgspec
for found in gc.get_objects():
    if type(found).__name__ == "_Session":
        kind = type(found)
        original = kind.answer
        def answer(self, request):
            if request.get("op") == "call":
                return {"value": msgspec.msgpack.encode(True), "changed": [], "warnings": [], "passed": True}
            return original(self, request)
        kind.answer = answer
