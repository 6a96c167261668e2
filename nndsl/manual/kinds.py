"""An example of each kind of definition, and what the names mean that are known inside it.

In: a role, a name. Out: texts. Tests check that all roles and all names of `semantics/roles.py` are here, and that the
examples compile.
"""

from __future__ import annotations

KIND_EXAMPLES = {
    "network": "network net for flowers { dense(16) -> tanh; dense(classes) -> softmax }",
    "layer": "layer affine(units) { input x[..., in]; param W[in, units], b[units] = 0; output x @ W + b }",
    "cell": "cell leaky(units) { param W[in, units]; state h[units] = 0; h' = 0.9 * h + x @ W; output h' }",
    "activation": "activation bent(x) = where(x > 0, x, 0.2 * x)",
    "loss": "loss cubic(y: real, z: real) = mean(abs(y - z)^3)",
    "metric": "metric worst(y: real, z: real): error = max(abs(y - z))",
    "regularizer": "regularizer small(w, c = 0.01) = c * sum(w^2)",
    "initializer": "initializer narrow = 0.1 * normal(shape)",
    "schedule": "schedule falling(t, total) = 1 - (t - 1) / total",
    "optimizer": "optimizer plain(lr = 0.1) { w' = w - lr * g }",
    "recipe": "recipe usual { optimizer adam(lr=0.01); batch 16; epochs 5 }",
    "data": "data flowers { from blobs(150); split train=80%, test=20% }",
}

# Names that are known without being declared. Where they are known, `ROLES` says.
GIVEN_WORDS = {
    "features": "how many numbers an example of the data has",
    "classes": "how many classes the target has",
    "vocabulary": "how many different words or characters the sequence has",
    "time": "how many steps an example has",
    "training": "true while weights are fitted, false in use",
    "batch": "the axis of examples, for `axis=[batch, ...]`; it is never written in a shape",
    "x": "what comes in: of a layer without `input`, of a cell the step",
    "in": "the size of the last axis of what comes in",
    "shape": "the sizes of the parameter that gets its first value",
    "fan_in": "how many values meet in one output of the parameter",
    "fan_out": "to how many outputs one input of the parameter goes",
    "w": "the weights, as one long vector; `w'` is what they become",
    "g": "the gradient of the loss by the weights",
    "t": "the step of training, from 1",
}

# What the data are divided into.
PART_WORDS = {
    "train": "the rows that weights and encoders are fitted on",
    "validation": "the rows that are looked at while training goes on: for curves, early stopping and choosing",
    "test": "the rows that only `evaluate` and `predict` reach, once all is chosen",
}

# What a parameter may ask for, and a result be.
VALUE_WORDS = {
    "real": "a number of any size, as a last `dense` without activation gives it",
    "logit": "a score before softmax or sigmoid",
    "probability": "a number between 0 and 1, as softmax and sigmoid give it",
    "scores": "logits or probabilities: what a class can be decided by",
    "category": "a class, as its id from 0",
}
CONSTANT_WORDS = {"pi": "3.14159...", "infinity": "more than any number"}
