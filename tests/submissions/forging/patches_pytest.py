"""Replaces pytest's reports where it finds pytest.

Expect: score<=empty
"""
# %%
import sys
try:
    import pytest
    pytest.TestReport.failed = property(lambda self: False)
except Exception as error:
    print(type(error).__name__)
for name, module in list(sys.modules.items()):
    if "pytest" in name:
        module.__dict__.clear()
