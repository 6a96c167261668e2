;;; nn-mode.el --- scripts of nndsl  -*- lexical-binding: t -*-

;; Comments, brackets and indentation are the mode's; the rest comes from the language server `nndsl lsp` through eglot,
;; which is part of Emacs from version 29 on. In your init file:
;;   (add-to-list 'load-path "/path/to/grammar/editors/emacs")
;;   (require 'nn-mode)
;;   (add-hook 'nn-mode-hook #'eglot-ensure)

(defvar nn-mode-syntax-table
  (let ((table (make-syntax-table)))
    (modify-syntax-entry ?# "<" table)
    (modify-syntax-entry ?\n ">" table)
    (modify-syntax-entry ?_ "w" table)
    (modify-syntax-entry ?' "w" table)
    (modify-syntax-entry ?\" "\"" table)
    (modify-syntax-entry ?` "$" table)
    table))

(defun nn-indent-line ()
  "Indent a line by two columns for each bracket that is open."
  (interactive)
  (let* ((depth (save-excursion
                  (back-to-indentation)
                  (- (car (syntax-ppss)) (if (looking-at "[])}]") 1 0)))))
    (if (<= (current-column) (current-indentation))
        (indent-line-to (* 2 (max 0 depth)))
      (save-excursion (indent-line-to (* 2 (max 0 depth)))))))

;;;###autoload
(define-derived-mode nn-mode prog-mode "nn"
  "Scripts of nndsl."
  (setq-local comment-start "# "
              comment-start-skip "#+\\s-*"
              indent-tabs-mode nil
              indent-line-function #'nn-indent-line))

;;;###autoload
(add-to-list 'auto-mode-alist '("\\.nn\\'" . nn-mode))

(with-eval-after-load 'eglot
  (add-to-list 'eglot-server-programs '(nn-mode . ("nndsl" "lsp"))))

(provide 'nn-mode)
;;; nn-mode.el ends here
