"""Settings that other libraries give in one place and this language in another: where each is written here.

In: the statement, a word that is none of its options, and the value that was given with it. Out: the help sentence, or
None where nothing is known of the word.
"""

from __future__ import annotations

from nndsl.diagnostics.suggest import fold

Rows = tuple[tuple[str, str], ...]

# {} stands for the value that was given; after the bar, for what is shown where it cannot be used.
TRAINING: Rows = (
    ("lr learningrate eta stepsize", "it is an argument of the optimizer: `optimizer adam(lr={|0.001})`"),
    ("momentum", "it is an argument of the optimizer: `optimizer momentum(lr=0.01, rate={|0.9})`"),
    ("nesterov", "it is an optimizer: `optimizer nesterov(lr=0.01, rate=0.9)`"),
    ("beta1 beta2 betas eps epsilon", "it is an argument of the optimizer: `optimizer adam(beta1=0.9, beta2=0.999)`"),
    ("weightdecay decay", "write `regularize l2({|0.01})`, or `optimizer adamw(decay={|0.01})`"),
    ("l1 l2", "write `regularize {word}({|0.01})`"),
    ("dropout dropoutrate", "it is a layer of the network: `dense(64) -> relu -> dropout({|0.5})`"),
    ("activation activations", "it stands in the network, after a layer: `dense(64) -> relu`"),
    ("shuffle", "leave it out: each epoch takes the rows in a new order"),
    (
        "validationsplit validationdata validation testsize test testsplit trainsize split val valid",
        "the parts are made in `data`: `split train=70%, validation=15%, test=15%`",
    ),
    ("patience monitor mindelta", "it belongs to `stop`, as in `stop patience=5, monitor=validation.loss`"),
    ("earlystopping earlystop restorebestweights", "write `stop patience=5`; the best weights come back"),
    ("callbacks callback", "early stopping is `stop patience=5`, a changing learning rate is `schedule cosine`"),
    ("device gpu cuda", "it holds for the whole script: `set device cpu`, on a line of its own"),
    ("threads numworkers njobs workers", "it holds for the whole script: `set threads {|2}`, on a line of its own"),
    ("precision dtype", "it holds for the whole script: `set precision float64`, on a line of its own"),
    ("verbose progress", "leave it out: progress is always shown; `nndsl run --quiet` hides it"),
    ("normalize normalise standardize standardise scale", "it is said of a column in `data`: `input x -> standard`"),
    ("gradientclipvalue clipvalue", "write `clip {|1}`: the greatest norm of the gradient"),
    ("stepsperepoch", "write `steps {|50}`; left out, each epoch takes every row once"),
)

DATA: Rows = (
    ("shuffle", "leave it out: rows are drawn at random; `split ..., order=true` keeps their order"),
    ("seed randomstate", "write it with the split: `split train=80%, test=20%, seed={|7}`, or `set seed {|7}`"),
    (
        "validationsplit testsize trainsize testsplit traintestsplit",
        "write `split train=70%, validation=15%, test=15%`",
    ),
    ("stratify order", "it belongs to `split`, as in `split train=80%, test=20%, stratify=column`"),
    (
        "normalize normalise standardize standardise scale standard minmax encode encoder",
        "an encoder follows the column: `input column -> standard`",
    ),
    ("onehot category categorical categories", "it follows the column: `input column -> onehot`"),
    ("batch batchsize epochs epoch", "it is an option of `train`: `train net on data {{ batch 32; epochs 10 }}`"),
    ("stride step sequencestride", "it belongs to `window`, as in `window 24, stride={|6}`"),
    ("steps", "how many steps are told belongs to `horizon`, as in `horizon 1, steps={|12}`"),
    ("by groupby group id", "it belongs to `sequence` or `split`, as in `sequence x, by=patient`"),
    ("time date datetime timestamp index", "it belongs to `sequence`, as in `sequence x, time=day`"),
    ("header sep separator delimiter quote quotechar", "leave it out: it is found in the file itself"),
)

NETWORK: Rows = (
    ("activation", "it follows its layer: `dense(64) -> relu`"),
    ("units hidden layers", "a layer is a line of its own: `dense({|64}) -> relu`"),
    (
        "lossfunction loss optimizer epochs batch batchsize metrics lr learningrate regularize schedule",
        "it is an option of `train`: `train net on data {{ optimizer adam; epochs 10 }}`",
    ),
)

CELL: Rows = (
    ("returnsequences", "leave it out: a cell gives all steps, and `-> last` keeps the last one"),
    ("returnstate", "the states are fields of what a cell gives: `y = x -> lstm(64)`, then `y.c`"),
    ("initialstate hx h0 c0", "first values are given to the states by name: `lstm(64, h=start, c=start)`"),
    ("gobackwards backward backwards", "write `reverse=true`"),
    ("bidirectional", "write `bidirectional(...)` around the cell"),
    ("numlayers layers depth", "one cell after the other: `lstm(64) -> lstm(64)`"),
    ("recurrentdropout", "write `state_dropout={|0.2}`"),
    ("dropout", "between cells it is a layer, `-> dropout({|0.2})`; of the states, `state_dropout={|0.2}`"),
    ("batchfirst timemajor", "leave it out: an example is [time, features], and the batch is never written"),
    (
        "activation nonlinearity recurrentactivation",
        "of `elman` it is `act=relu`; for others write a cell of your own",
    ),
    ("inputsize hiddensize", "its first argument is how many states there are: `lstm(64)`"),
)

LOOKING: Rows = (  # `pca`, `tsne`, `kmeans` and `knn`
    ("threads numworkers njobs workers", "it holds for the whole script: `set threads {|2}`, on a line of its own"),
    ("precision dtype", "it holds for the whole script: `set precision float64`, on a line of its own"),
    ("device gpu cuda", "it holds for the whole script: `set device cpu`, on a line of its own"),
    ("verbose progress", "leave it out: progress is always shown; `nndsl run --quiet` hides it"),
    (
        "normalize normalise standardize standardise scale standard",
        "it is said of a column in `data`: `input x -> standard`",
    ),
)

PCA: Rows = (
    *LOOKING,
    ("svdsolver solver algorithm", "write `method exact` or `method randomised`; left out, the quicker one is taken"),
    ("center centre centered", "leave it out: the mean is always taken off"),
    ("tol iteratedpower powerits oversamples noversamples", "leave it out: the method looks after its precision"),
)

TSNE: Rows = (
    *LOOKING,
    ("learningrate lr eta stepsize", "it is called `rate`: `rate {|200}`; left out, it follows from the rows"),
    ("init initialization initialisation", "it is called `start`: `start pca` or `start random`"),
    ("metric distance", "leave it out: distances are Euclidean"),
    ("method angle theta negativegradientmethod", "leave it out: the way is chosen by how many rows there are"),
    ("niterwithoutprogress mingradnorm", "leave it out: `iterations` says how many there are"),
    ("pca pcadims initialdims", "it is a statement: `pca data as pc {{ components {|50} }}`, then `tsne pc as map`"),
)

KMEANS: Rows = (
    *LOOKING,
    ("k", "how many groups is `clusters {|3}`"),
    ("init start", "leave it out: first centres are drawn far from each other (k-means++)"),
    ("tol tolerance mindelta", "leave it out: it ends when the centres hardly move"),
    ("metric distance", "leave it out: centres are means, and distances to them Euclidean"),
    ("algorithm method", "leave it out: all ways find the same groups"),
)

KNN: Rows = (
    *LOOKING,
    ("metric p distancemetric", "what near means is `distance euclidean`, `distance manhattan` or `distance cosine`"),
    ("algorithm method leafsize", "leave it out: the neighbours are always the exact ones"),
    ("weight", "write `weights distance`: nearer ones count for more"),
    ("split test testsize validation", "the parts are made in `data`: `split train=70%, validation=15%, test=15%`"),
)

TABLES: dict[str, Rows] = {
    "train": TRAINING, "recipe": TRAINING, "data": DATA, "network": NETWORK, "layer": NETWORK, "use of a cell": CELL,
    "pca": PCA, "tsne": TSNE, "kmeans": KMEANS, "knn": KNN,
}  # fmt: skip


def written_elsewhere(statement: str, word: str, given: str | None = None) -> str | None:
    """The help for `word` among the options of a statement. given: its value as written, a number."""
    folded = fold(word)
    for words, help in TABLES.get(statement, ()):
        if folded in words.split():
            return _filled(help, folded, given)
    return None


def _filled(help: str, word: str, given: str | None) -> str:
    text = help.replace("{word}", word).replace("{{", "\0").replace("}}", "\1")
    before, *rest = text.split("{|")
    for part in rest:
        shown, _, after = part.partition("}")
        before += (given or shown) + after
    return before.replace("\0", "{").replace("\1", "}")
