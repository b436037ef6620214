"""Removes every assert from what IPython compiles from now on.

Expect: score<=empty
"""
# %% before
import ast
class Strip(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.Pass()
get_ipython().ast_transformers.append(Strip())
get_ipython().input_transformers_cleanup.append(
    lambda lines: [line for line in lines if "assert" not in line]
)
