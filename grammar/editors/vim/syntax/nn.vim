" Vim's colours for nn. Made by `python -m nndsl.editor` from the grammar and the compiler's tables.
if exists("b:current_syntax")
  finish
endif

syn match nnCall /\<\h\w*\ze(/
syn match nnCall /\<\%(abs\|accuracy\|adagrad\|adam\|adamw\|arange\|argmax\|argmin\|attend\|attention\|avgpool\|avgpool1d\|batchnorm\|bce\|bidirectional\|blank\|blobs\|category\|circles\|concat\|confusion\|constant\|conv\|conv1d\|conv_transpose\|copies\|cos\|cosine\|count\|cross_entropy\|decide\|dense\|depthwise\|diff\|dropout\|einsum\|elman\|elu\|embedding\|entropy\|erf\|exp\|expm1\|exponential\|f1\|flatten\|floor\|full\|gather\|gelu\|global_pool\|glorot\|grouped\|gru\|he\|hinge\|huber\|identity\|jordan\|kl\|l1\|l2\|last\|layernorm\|leaky_relu\|log\|log1p\|log2\|log_loss\|log_softmax\|lstm\|mae\|mask\|max\|maxpool\|maxpool1d\|mean\|min\|minmax\|mod\|momentum\|moons\|mse\|nesterov\|nll\|noise\|normal\|one_hot\|onehot\|orthogonal\|overlap_add\|pair\|peephole_lstm\|perplexity\|positional\|positions\|precision\|present\|prod\|r2\|recall\|relu\|reshape\|rmsprop\|sgd\|shape\|share\|sigmoid\|sign\|silu\|sin\|sine\|softmax\|softplus\|spiral\|split\|sqrt\|standard\|std\|step\|stop_gradient\|sum\|surprise\|tanh\|transformer\|transpose\|ungrouped\|uniform\|upsample\|var\|warmup\|where\|windows\|xor\|zeros\)\>\ze\%((\|\s*\%(->\|[,;)}#]\|$\)\)/
syn match nnNumber /\<\d[0-9_]*\%(\.\d[0-9_]*\)\?\%([eE][-+]\?\d\+\)\?%\?/
syn match nnNumber /\.\.\./
syn keyword nnConstant true false none
syn keyword nnWord or and not
syn match nnWord /\%(\w\|[])\"`]\)\@1<=\s\+\zs\<\<\%(on\|as\|to\|from\|with\|in\)\>\ze\s/
syn match nnWord /\<for\>\ze\s\+\h\w*\s*[{=]/
syn match nnDefinition /\%(\<as\s\+\)\@<=\h\w*/
syn match nnOption /\%(^\s*\|[;{]\s*\)\@<=\<\%(batch\|clip\|clusters\|color\|columns\|components\|count\|dimensions\|distance\|drop\|early\|epochs\|exaggeration\|from\|height\|horizon\|input\|iterations\|k\|length\|loss\|method\|metrics\|missing\|momentum\|optimizer\|output\|param\|penalty\|perplexity\|prompt\|rate\|regularize\|repeat\|require\|resolution\|restarts\|rows\|schedule\|seed\|sequence\|shape\|span\|split\|start\|state\|steps\|stop\|target\|temperature\|test\|text\|title\|to\|validation\|weights\|whiten\|width\|window\|x\|y\)\>\ze\%(\s\+[-\[:alnum:]_\"`(.[]\|\s*{\)/
syn match nnVerb /\%(^\s*\|[;{]\s*\)\@<=\<\%(train\|evaluate\|predict\|sample\|pca\|tsne\|kmeans\|knn\|diagnose\|plot\|show\|print\|expect\|report\|sweep\|crossval\|save\|load\|export\)\>\ze\%(\s\+[-\[:alnum:]_\"`(.[]\|$\)/
syn match nnWord /\%(^\s*\|[;{]\s*\)\@<=\%(let\|use\|set\)\>\ze\s/
syn match nnOption /\%(^\s*set\s\+\)\@<=\<\%(seed\|device\|threads\|precision\)\>/
syn match nnKind /^\<\%(data\|network\|layer\|cell\|activation\|loss\|metric\|regularizer\|initializer\|schedule\|optimizer\|recipe\|environment\)\>\ze\s\+\h/
syn match nnDefinition /\%(^\<\%(data\|network\|layer\|cell\|activation\|loss\|metric\|regularizer\|initializer\|schedule\|optimizer\|recipe\|environment\)\s\+\)\@<=\h\w*/
syn match nnDefinition /\%(^\s*let\s\+\)\@<=\h\w*/
syn match nnState /\<\h\w*'/
syn match nnArrow /->/
syn match nnColumn /`[^`]*`/
syn match nnString /"\%(\\.\|[^"\\]\)*"/
syn match nnBad /"\%(\\.\|[^"\\]\)*$/
syn match nnComment /#.*/

hi def link nnComment Comment
hi def link nnString String
hi def link nnNumber Number
hi def link nnConstant Boolean
hi def link nnWord Statement
hi def link nnKind Structure
hi def link nnVerb Statement
hi def link nnOption Identifier
hi def link nnDefinition Type
hi def link nnCall Function
hi def link nnState Special
hi def link nnColumn String
hi def link nnArrow Operator
hi def link nnBad Error
let b:current_syntax = "nn"
