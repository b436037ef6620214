"""Packages that are not allowed fail in their own cell.

Expect: score=18
"""
# %% before
from tqdm.notebook import tqdm
import pandas as pd
# %% before
from google.colab import drive
drive.mount("/content/drive")
