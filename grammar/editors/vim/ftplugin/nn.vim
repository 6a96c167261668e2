" Comments and indentation of nn.
if exists("b:did_ftplugin")
  finish
endif
let b:did_ftplugin = 1

setlocal commentstring=#\ %s comments=:#
setlocal expandtab shiftwidth=2 softtabstop=2
setlocal cindent cinoptions=J1,(1s,m1 cinkeys=0{,0},0),0],!^F,o,O
let b:undo_ftplugin = "setlocal commentstring< comments< expandtab< shiftwidth< softtabstop< cindent< cinoptions< cinkeys<"
