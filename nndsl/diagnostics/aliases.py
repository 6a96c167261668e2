"""Names of the same thing in Keras, PyTorch, scikit-learn and Ludwig, folded as `suggest.fold` does. Facts only.

A value is a tuple of names in this language, likeliest first; those that cannot stand at the place are left out later.
"""

from __future__ import annotations

LAYERS: dict[str, tuple[str, ...]] = {
    "linear": ("dense",), "fc": ("dense",), "fullyconnected": ("dense",), "denselayer": ("dense",), "affine": ("dense",),
    "innerproduct": ("dense",), "lazylinear": ("dense",), "matmul": ("dense",), "conv2d": ("conv",), "convolution": ("conv",),
    "convolution2d": ("conv",), "conv2dlayer": ("conv",), "convolutional": ("conv",), "lazyconv2d": ("conv",),
    "conv1d": ("conv1d", "conv"), "convtranspose2d": ("deconv", "conv_transpose", "transposed_conv"),
    "conv2dtranspose": ("deconv", "conv_transpose", "transposed_conv"),
    "depthwiseconv2d": ("depthwise",), "separableconv2d": ("separable", "depthwise"),
    "maxpool2d": ("maxpool",), "maxpooling2d": ("maxpool",), "maxpooling": ("maxpool",), "pool": ("maxpool", "avgpool"),
    "pooling": ("maxpool", "avgpool"), "averagepooling2d": ("avgpool",), "averagepool": ("avgpool",), "avgpool2d": ("avgpool",),
    "averagepooling": ("avgpool",), "meanpool": ("avgpool",), "globalaveragepooling2d": ("global_avgpool", "globalavgpool", "avgpool"),
    "adaptiveavgpool2d": ("global_avgpool", "globalavgpool", "avgpool"), "globalmaxpooling2d": ("global_maxpool", "globalmaxpool"),
    "batchnorm1d": ("batchnorm",), "batchnorm2d": ("batchnorm",), "batchnormalization": ("batchnorm",), "bn": ("batchnorm",),
    "layernormalization": ("layernorm",), "ln": ("layernorm",), "groupnormalization": ("groupnorm",),
    "dropout2d": ("dropout",), "spatialdropout2d": ("dropout",), "embed": ("embedding",), "lookup": ("embedding",),
    "embeddingbag": ("embedding",), "flattenlayer": ("flatten",), "view": ("reshape", "flatten"), "unflatten": ("reshape",),
    "simplernn": ("elman", "rnn"), "rnn": ("elman", "lstm", "gru"), "rnncell": ("elman",), "lstmcell": ("lstm",), "grucell": ("gru",),
    "cudnnlstm": ("lstm",), "cudnngru": ("gru",), "blstm": ("bidirectional",), "bilstm": ("bidirectional",), "birnn": ("bidirectional",),
    "multiheadattention": ("attention",), "selfattention": ("attention",), "gcnconv": ("gcn", "graph_conv"),
    "graphconv": ("gcn", "graph_conv"), "gatconv": ("gat",), "upsampling2d": ("upsample",), "upsample2d": ("upsample",),
    "returnsequences": ("last",), "laststep": ("last",), "identity": ("identity", "linear"), "concatenate": ("concat",), "cat": ("concat",),
    "gaussiannoise": ("noise",), "zeropadding2d": ("pad",), "sequential": ("network",), "module": ("network", "layer"), "model": ("network",),
}  # fmt: skip

ACTIVATIONS: dict[str, tuple[str, ...]] = {
    "silu": ("swish",), "logistic": ("sigmoid",), "sigm": ("sigmoid",), "leakyrelu": ("leaky_relu", "leaky"), "lrelu": ("leaky_relu", "leaky"),
    "rectifier": ("relu",), "rectifiedlinear": ("relu",), "softargmax": ("softmax",), "logsoftmax": ("log_softmax", "softmax"),
    "hyperbolictangent": ("tanh",), "hardtanh": ("hard_tanh", "tanh"), "hardsigmoid": ("hard_sigmoid", "sigmoid"), "relu6": ("relu6", "relu"),
}  # fmt: skip

LOSSES: dict[str, tuple[str, ...]] = {
    "crossentropyloss": ("cross_entropy", "nll"), "crossentropy": ("cross_entropy", "nll"), "softmaxcrossentropy": ("cross_entropy", "nll"),
    "categoricalcrossentropy": ("nll", "cross_entropy"), "sparsecategoricalcrossentropy": ("nll", "cross_entropy"), "nllloss": ("nll",),
    "logloss": ("nll", "bce"), "negativeloglikelihood": ("nll",), "binarycrossentropy": ("bce",), "bceloss": ("bce",),
    "bcewithlogits": ("bce",), "bcewithlogitsloss": ("bce",), "meansquarederror": ("mse",), "mseloss": ("mse",), "l2loss": ("mse",),
    "squarederror": ("mse",), "meanabsoluteerror": ("mae",), "l1loss": ("mae",), "absoluteerror": ("mae",), "smoothl1loss": ("huber",),
    "smoothl1": ("huber",), "huberloss": ("huber",), "hingeloss": ("hinge",), "kldivergence": ("kl",), "kldivloss": ("kl",),
    "rootmeansquarederror": ("rmse",), "acc": ("accuracy",), "categoricalaccuracy": ("accuracy",), "accuracyscore": ("accuracy",),
    "f1score": ("f1",), "fscore": ("f1",), "r2score": ("r2",), "rsquared": ("r2",), "confusionmatrix": ("confusion",), "rocauc": ("auc",),
    "rocaucscore": ("auc",), "top5": ("top_k", "topk"),
}  # fmt: skip

OPTIMIZERS: dict[str, tuple[str, ...]] = {
    "gd": ("sgd",), "gradientdescent": ("sgd",), "stochasticgradientdescent": ("sgd",), "sgdmomentum": ("momentum", "sgd"),
    "nag": ("nesterov", "momentum"), "adamax": ("adam",), "nadam": ("nadam", "adam"), "radam": ("adam",), "adamoptimizer": ("adam",),
    "rms": ("rmsprop",), "rmspropoptimizer": ("rmsprop",), "cosineannealinglr": ("cosine",), "cosineannealing": ("cosine",),
    "cosinedecay": ("cosine",), "steplr": ("step", "steps"), "exponentiallr": ("exponential",), "exponentialdecay": ("exponential",),
    "lineardecay": ("linear",), "onecyclelr": ("one_cycle", "onecycle"), "linearwarmup": ("warmup",),
    "glorotuniform": ("glorot",), "glorotnormal": ("glorot_normal", "glorot"), "xavier": ("glorot",), "xavieruniform": ("glorot",),
    "xaviernormal": ("glorot_normal", "glorot"), "kaiming": ("he",), "kaiminguniform": ("he",), "kaimingnormal": ("he",), "henormal": ("he",),
    "heuniform": ("he",), "lecun": ("lecun",), "randomnormal": ("normal",), "randn": ("normal",), "rand": ("uniform",), "gaussian": ("normal",),
    "randomuniform": ("uniform",),
}  # fmt: skip

OPTIONS: dict[str, tuple[str, ...]] = {
    "learningrate": ("lr",), "eta": ("lr",), "stepsize": ("lr", "step"), "alpha": ("lr",), "batchsize": ("batch",), "minibatch": ("batch",), "bs": ("batch",),
    "epoch": ("epochs",), "nepochs": ("epochs",), "numepochs": ("epochs",), "maxepochs": ("epochs",), "iterations": ("epochs",), "niter": ("epochs",),
    "maxiter": ("epochs",), "earlystopping": ("stop",), "earlystop": ("stop",), "earlystoppingrounds": ("stop",), "criterion": ("loss",),
    "objective": ("loss",), "lossfunction": ("loss",), "lossfn": ("loss",), "optim": ("optimizer",), "solver": ("optimizer",), "optimiser": ("optimizer",),
    "lrschedule": ("schedule",), "lrscheduler": ("schedule",), "scheduler": ("schedule",), "learningratescheduler": ("schedule",),
    "weightdecay": ("regularize", "decay"), "kernelregularizer": ("regularize",), "regularizer": ("regularize",), "regularization": ("regularize",),
    "penalize": ("regularize", "penalty"), "gradientclip": ("clip",), "clipnorm": ("clip",), "gradclip": ("clip",), "maxgradnorm": ("clip",),
    "gradientclipping": ("clip",), "metric": ("metrics",), "randomstate": ("seed",), "randomseed": ("seed",), "seeds": ("seed",),
    "ngpus": ("device",), "gpu": ("cuda", "device"), "nthreads": ("threads",), "numworkers": ("threads",), "njobs": ("threads",), "dtype": ("precision",),
    "filepath": ("from", "to"), "path": ("from", "to"), "file": ("from", "to"), "source": ("from",), "csv": ("from",), "dataset": ("data", "from"),
    "features": ("input",), "inputs": ("input",), "inputfeatures": ("input",), "outputfeatures": ("target",), "x": ("input",), "predictors": ("input",),
    "label": ("target",), "labels": ("target",), "targets": ("target",), "y": ("target",), "classes": ("target",), "trainsize": ("train", "split"),
    "testsize": ("test", "split"), "valid": ("validation",), "val": ("validation",), "validationsplit": ("validation", "split"), "dev": ("validation",),
    "holdout": ("test",), "traintestsplit": ("split",), "standardize": ("standard",), "standardise": ("standard",), "standardscaler": ("standard",),
    "zscore": ("standard",), "normalize": ("standard", "minmax"), "normalise": ("standard", "minmax"), "scale": ("standard", "minmax"),
    "minmaxscaler": ("minmax",), "maxabsscaler": ("max",), "onehotencoder": ("onehot",), "onehotencoding": ("onehot",), "labelencoder": ("category",),
    "categorical": ("category",), "ordinal": ("category",), "missingvaluestrategy": ("missing",), "fillna": ("missing",), "dropna": ("missing",), "imputer": ("missing",),
    "nclusters": ("clusters",), "nneighbors": ("k",), "neighbors": ("k",), "neighbours": ("k",), "ncomponents": ("components",), "nfolds": ("folds",), "cv": ("folds",),
    "nsplits": ("folds",), "ntrials": ("trials",), "numsamples": ("trials", "count"), "patient": ("patience",), "minibatchsize": ("batch",), "seqlen": ("window",),
    "sequencelength": ("window",), "lookback": ("window",), "timesteps": ("window",), "steps": ("epochs",), "dropoutrate": ("rate", "dropout"), "gamma": ("discount",),
    "hiddenunits": ("units",), "hiddensize": ("units",), "outfeatures": ("units",), "numunits": ("units",), "nhidden": ("units",), "width": ("units",), "filters": ("filters", "units"),
    "outchannels": ("filters",), "kernelsize": ("size", "kernel"), "strides": ("stride",), "kernelinitializer": ("initial", "init"), "eval": ("evaluate",), "fit": ("train",),
    "score": ("evaluate",), "test": ("evaluate",), "gridsearch": ("sweep",), "gridsearchcv": ("sweep",), "tune": ("sweep",), "hyperopt": ("sweep",), "crossvalscore": ("crossval",),
    "crossvalidate": ("crossval",), "kfold": ("crossval", "folds"), "summary": ("show",), "describe": ("show",), "graph": ("plot",), "draw": ("plot",), "echo": ("print",),
    "log": ("print",), "assert": ("expect",), "infer": ("predict",), "generate": ("sample",), "include": ("use",), "import": ("use",), "store": ("save",), "restore": ("load",),
}  # fmt: skip


def _merged(*tables: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """One table; a word that stands in several keeps all its meanings."""
    merged: dict[str, tuple[str, ...]] = {}
    for table in tables:
        for word, names in table.items():
            merged[word] = (*merged.get(word, ()), *names)
    return merged


ALIASES = _merged(OPTIONS, OPTIMIZERS, LOSSES, ACTIVATIONS, LAYERS)
