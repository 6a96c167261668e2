"""Names of the same thing in Keras, PyTorch, scikit-learn and Ludwig. Facts only.

Each row: names in this language, likeliest first (those that cannot stand at the place are left out later), and what
others call it, folded as `suggest.fold` does: lower case, without `_` and `-`.
"""

from __future__ import annotations

Rows = tuple[tuple[str, str], ...]

LAYERS: Rows = (
    ("dense", "linear fc fullyconnected denselayer affine innerproduct lazylinear matmul"),
    ("conv", "conv2d convolution convolution2d conv2dlayer convolutional lazyconv2d"),
    ("conv1d", "convolution1d temporalconv"),
    ("conv_transpose", "convtranspose2d conv2dtranspose deconv deconvolution transposedconv convtranspose"),
    ("depthwise", "depthwiseconv2d separableconv2d depthwiseconv"),
    ("maxpool", "maxpool2d maxpooling2d maxpooling"),
    ("maxpool1d", "maxpooling1d"),
    ("maxpool avgpool", "pool pooling"),
    ("avgpool", "averagepooling2d averagepool avgpool2d averagepooling meanpool"),
    ("avgpool1d", "averagepooling1d"),
    ("global_pool", "globalaveragepooling2d adaptiveavgpool2d globalavgpool globalaveragepooling1d globalmeanpool"),
    ("global_pool", "globalmaxpooling2d adaptivemaxpool2d globalmaxpool globalmaxpooling1d"),
    ("batchnorm", "batchnorm1d batchnorm2d batchnormalization bn"),
    ("layernorm", "layernormalization ln"),
    ("groupnorm", "groupnormalization"),
    ("dropout", "dropout2d spatialdropout2d"),
    ("embedding", "embed lookup embeddingbag"),
    ("flatten", "flattenlayer"),
    ("reshape flatten", "view"),
    ("reshape", "unflatten"),
    ("elman rnn", "simplernn"),
    ("elman lstm gru", "rnn"),
    ("elman", "rnncell"),
    ("lstm", "lstmcell cudnnlstm"),
    ("gru", "grucell cudnngru"),
    ("bidirectional", "blstm bilstm birnn"),
    ("attention", "multiheadattention selfattention"),
    ("gcn graph_conv", "gcnconv graphconv"),
    ("gat", "gatconv"),
    ("upsample", "upsampling2d upsample2d interpolate unpool"),
    ("last", "returnsequences laststep"),
    ("copies", "repeatvector"),
    ("identity linear", "identity"),
    ("concat", "concatenate cat"),
    ("noise", "gaussiannoise"),
    ("pad", "zeropadding2d"),
    ("network", "sequential model"),
    ("network layer", "module"),
)

ACTIVATIONS: Rows = (
    ("swish", "silu"),
    ("sigmoid", "logistic sigm"),
    ("leaky_relu leaky", "leakyrelu lrelu"),
    ("relu", "rectifier rectifiedlinear"),
    ("softmax", "softargmax"),
    ("log_softmax softmax", "logsoftmax"),
    ("tanh", "hyperbolictangent"),
    ("hard_tanh tanh", "hardtanh"),
    ("hard_sigmoid sigmoid", "hardsigmoid"),
    ("relu6 relu", "relu6"),
)

LOSSES: Rows = (
    ("cross_entropy nll", "crossentropyloss crossentropy softmaxcrossentropy"),
    ("nll cross_entropy", "categoricalcrossentropy sparsecategoricalcrossentropy"),
    ("nll", "nllloss negativeloglikelihood"),
    ("nll bce", "logloss"),
    ("bce", "binarycrossentropy bceloss bcewithlogits bcewithlogitsloss"),
    ("mse", "meansquarederror mseloss l2loss squarederror"),
    ("mae", "meanabsoluteerror l1loss absoluteerror"),
    ("huber", "smoothl1loss smoothl1 huberloss"),
    ("hinge", "hingeloss"),
    ("kl", "kldivergence kldivloss"),
    ("rmse", "rootmeansquarederror"),
    ("accuracy", "acc categoricalaccuracy accuracyscore"),
    ("f1", "f1score fscore"),
    ("r2", "r2score rsquared"),
    ("confusion", "confusionmatrix"),
    ("auc", "rocauc rocaucscore"),
    ("top_k topk", "top5"),
)

OPTIMIZERS: Rows = (
    ("sgd", "gd gradientdescent stochasticgradientdescent"),
    ("momentum sgd", "sgdmomentum"),
    ("nesterov momentum", "nag"),
    ("adam", "adamax radam adamoptimizer"),
    ("nadam adam", "nadam"),
    ("rmsprop", "rms rmspropoptimizer"),
    ("cosine", "cosineannealinglr cosineannealing cosinedecay"),
    ("step steps", "steplr"),
    ("exponential", "exponentiallr exponentialdecay"),
    ("linear", "lineardecay"),
    ("one_cycle onecycle", "onecyclelr"),
    ("warmup", "linearwarmup"),
    ("glorot", "glorotuniform xavier xavieruniform"),
    ("glorot_normal glorot", "glorotnormal xaviernormal"),
    ("he", "kaiming kaiminguniform kaimingnormal henormal heuniform"),
    ("lecun", "lecun"),
    ("normal", "randomnormal randn gaussian"),
    ("uniform", "rand randomuniform"),
)

OPTIONS: Rows = (
    ("lr", "learningrate eta alpha"),
    ("lr step", "stepsize"),
    ("batch", "batchsize minibatch bs minibatchsize"),
    ("epochs", "epoch nepochs numepochs maxepochs iterations niter maxiter steps"),
    ("stop", "earlystopping earlystop earlystoppingrounds"),
    ("loss", "criterion objective lossfunction lossfn"),
    ("optimizer", "optim solver optimiser"),
    ("schedule", "lrschedule lrscheduler scheduler learningratescheduler"),
    ("regularize decay", "weightdecay"),
    ("regularize", "kernelregularizer regularizer regularization"),
    ("regularize penalty", "penalize"),
    ("clip", "gradientclip clipnorm gradclip maxgradnorm gradientclipping"),
    ("metrics", "metric"),
    ("seed", "randomstate randomseed seeds"),
    ("device", "ngpus"),
    ("cuda device", "gpu"),
    ("threads", "nthreads numworkers njobs"),
    ("precision", "dtype"),
    ("from to", "filepath path file"),
    ("from", "source csv"),
    ("data from", "dataset"),
    ("input", "features inputs inputfeatures x predictors"),
    ("target", "outputfeatures label labels targets y classes"),
    ("train split", "trainsize"),
    ("test split", "testsize"),
    ("validation", "valid val dev"),
    ("validation split", "validationsplit"),
    ("test", "holdout"),
    ("split", "traintestsplit"),
    ("standard", "standardize standardise standardscaler zscore"),
    ("standard minmax", "normalize normalise scale"),
    ("minmax", "minmaxscaler"),
    ("max", "maxabsscaler"),
    ("onehot", "onehotencoder onehotencoding"),
    ("category", "labelencoder categorical ordinal"),
    ("missing", "missingvaluestrategy fillna dropna imputer"),
    ("clusters", "nclusters"),
    ("k", "nneighbors neighbors neighbours"),
    ("components", "ncomponents"),
    ("folds", "nfolds cv nsplits"),
    ("trials", "ntrials"),
    ("trials count", "numsamples"),
    ("patience", "patient"),
    ("window", "seqlen sequencelength lookback timesteps"),
    ("rate dropout", "dropoutrate"),
    ("discount", "gamma"),
    ("units", "hiddenunits hiddensize outfeatures numunits nhidden width"),
    ("filters units", "filters"),
    ("filters", "outchannels"),
    ("size kernel", "kernelsize"),
    ("stride", "strides"),
    ("initial init", "kernelinitializer"),
    ("evaluate", "eval score test"),
    ("train", "fit"),
    ("sweep", "gridsearch gridsearchcv tune hyperopt"),
    ("crossval", "crossvalscore crossvalidate"),
    ("crossval folds", "kfold"),
    ("show", "summary describe"),
    ("plot", "graph draw"),
    ("print", "echo log"),
    ("expect", "assert"),
    ("predict", "infer"),
    ("sample", "generate"),
    ("use", "include import"),
    ("save", "store"),
    ("load", "restore"),
)


def _by_their_name(*tables: Rows) -> dict[str, tuple[str, ...]]:
    """From a folded foreign name to names of ours; one that stands in several rows keeps all its meanings."""
    found: dict[str, tuple[str, ...]] = {}
    for table in tables:
        for ours, theirs in table:
            for word in theirs.split():
                found[word] = (*found.get(word, ()), *ours.split())
    return found


ALIASES = _by_their_name(OPTIONS, OPTIMIZERS, LOSSES, ACTIVATIONS, LAYERS)
