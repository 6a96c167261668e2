"""The examples of the reference: pieces of script, each going on from those before it, so that all of them run.

In: nothing. Out: texts by statement, by figure, by setting. Tests run them, and check that no statement and no figure
is without one.
"""

from __future__ import annotations

# What the examples of statements go on from.
POINTS = """\
set seed 7

data points {
  from blobs(150, classes=3)
  split train=60%, validation=20%, test=20%
}

network net for points {
  dense(8) -> tanh
  dense(classes) -> softmax
}"""

STATEMENT_SCRIPTS = {
    "train": """\
recipe usual { optimizer adam(lr=0.01); batch 16; epochs 8 }

train net on points with usual as run {
  metrics accuracy
  stop patience=3
}""",
    "evaluate": "evaluate net on points.test as result { metrics accuracy, confusion }",
    "predict": 'predict net on points.test as answers to "answers.csv"',
    "sample": """\
data verse {
  text "tyger tyger burning bright in the forests of the night"
  sequence characters -> category
  window 8
}

network speller for verse {
  embedding(vocabulary, 8) -> gru(16)
  dense(vocabulary) -> softmax
}

train speller on verse { optimizer adam(lr=0.02); epochs 20 }
sample speller on verse as line { prompt "ty"; length 20; temperature 0 }""",
    "pca": "pca points as pc { components 2 }",
    "tsne": "tsne points as map { perplexity 10; iterations 300 }",
    "kmeans": "kmeans points as groups { clusters 3 }",
    "knn": "knn points as neighbours { k 3; metrics accuracy, f1 }",
    "diagnose": "diagnose net on points as health",
    "plot": "plot result.confusion { title \"What was taken for what\" }",
    "show": "show net\nshow points\nshow run",
    "print": "print result.accuracy, run.best.epoch, run.history.loss[-1]",
    "expect": "expect result.accuracy > 0.8 and result.rows == 30",
    "report": 'report to "report.html"',
}  # fmt: skip

_WAVE = """\
data wave {
  from sine(100)
  split train=70%, validation=30%
}

network bend for wave { dense(8) -> tanh; dense(1) }
train bend on wave { epochs 5 }

"""
_DIGITS = """\
data digits {
  from "data/digits.csv.gz"
  input all -> x / 16
  target digit -> category
  split train=80%, test=20%
}

network small for digits {
  reshape(8, 8, 1)
  conv(4, 3) -> relu -> maxpool(2)
  flatten -> dense(classes) -> softmax
}

train small on digits { epochs 1 }

"""
_AIRLINE = """\
data airline {
  from "data/airline.csv"
  sequence passengers -> log -> standard
  window 12
  split train=80%, test=20%
}

network yearly for airline { lstm(8) -> last -> dense(1) }
train yearly on airline { loss mse; epochs 10 }

"""

# They go on from the statements.
FIGURE_SCRIPTS = {
    "curves": "plot curves(run)",
    "confusion": "plot confusion(result)",
    "scatter": "plot scatter(map) { color points.label }",
    "histogram": "plot histogram(points.x) { color points.label }",
    "boundary": "plot boundary(net, points) { resolution 60 }",
    "fit": _WAVE + "plot fit(bend, wave)",
    "surface": "plot surface(net, points) { resolution 7 }",
    "pictures": _DIGITS + "plot pictures(digits.test) { count 8; shape [8, 8] }",
    "filters": "plot filters(small)",
    "network": "plot network(net)",
    "forecast": _AIRLINE + "plot forecast(yearly, airline.test)",
    "gradients": "plot gradients(net, points)",
    "activations": "plot activations(net, points)",
}

SETTINGS_SCRIPT = """\
set seed 7
set device cpu
set threads 2
set precision float64"""

DATA_SCRIPT = """\
data penguins {
  from "data/penguins.csv"
  input (bill_length_mm, bill_depth_mm, flipper_length_mm) -> standard
  input body_mass_g -> log -> minmax
  input (island, sex) -> onehot
  target species -> category
  missing drop
  split train=70%, validation=15%, test=15%, stratify=species
}

show penguins"""

SERIES_SCRIPT = """\
data co2 {
  from "data/co2.csv"
  sequence co2 -> diff -> standard
  window 52, stride=4
  horizon 1, steps=12
  missing interpolate
  split train=80%, validation=10%, test=10%
}

show co2"""

TABLE_SCRIPT = """\
data growth {
  columns age, height
  rows [[4, 1.02], [9, 1.33], [13, 1.56], [17, 1.74]]
  input age
  target height
}

show growth"""

BODY_SCRIPT = """\
layer gated(units, repeats = 2) {
  input x[..., in]
  require repeats >= 1
  param W[in, units] ~ glorot, b[units] = 0
  h = x @ W + b
  repeat repeats {
    h = h * sigmoid(h)
  }
  penalty small = 0.001 * sum(W^2)
  output h
}

cell leaky(units, keep = 0.9) {
  param W[in, units], b[units] = 0
  state h[units] = 0
  h' = keep * h + (1 - keep) * tanh(x @ W + b)
  output h'
}"""

NUMBERS_SCRIPT = """\
let fair = [0.5, 0.5]
let bent = [0.9, 0.1]
print entropy(fair), round(entropy(bent), 3), round(kl(bent, fair), 3)
print mean([1, 2, 3, 4]), max(2, 7), sqrt(2)^2, 70%
expect entropy(fair) == 1"""
