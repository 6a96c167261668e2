-- Neovim 0.11: with this folder on the runtime path, `vim.lsp.enable("nndsl")` starts the server for each script.
return {
  cmd = { "nndsl", "lsp" },
  filetypes = { "nn" },
  root_markers = { ".git" },
}
