" Indentation of nn: a line is indented once more than the one above it that left a bracket open.
if exists("b:did_indent")
  finish
endif
let b:did_indent = 1

setlocal indentexpr=NnIndent(v:lnum) indentkeys=0{,0},0),0],o,O
let b:undo_indent = "setlocal indentexpr< indentkeys<"

if exists("*NnIndent")
  finish
endif

" How many brackets of a line stay open, without those in texts, names in backquotes and comments.
function s:open(line)
  let bare = substitute(a:line, '"\%(\\.\|[^"\\]\)*"\|`[^`]*`\|#.*', '', 'g')
  return len(substitute(bare, '[^{(\[]', '', 'g')) - len(substitute(bare, '[^})\]]', '', 'g'))
endfunction

function NnIndent(number)
  let above = prevnonblank(a:number - 1)
  if above == 0
    return 0
  endif
  let closes = getline(a:number) =~ '^\s*[})\]]'
  let began = getline(above) =~ '^\s*[})\]]'
  return max([0, indent(above) + shiftwidth() * (s:open(getline(above)) + began - closes)])
endfunction
