// Starts the language server, `nndsl lsp`, when the first script is opened. Colours and snippets need no server.
"use strict";

const vscode = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

async function start() {
  const [command, ...args] = vscode.workspace.getConfiguration("nn").get("command");
  const server = { command, args };
  client = new LanguageClient("nn", "nn", server, { documentSelector: [{ language: "nn" }] });
  try {
    await client.start();
  } catch (problem) {
    vscode.window.showErrorMessage(
      `nn: \`${[command, ...args].join(" ")}\` does not start (${problem.message}). ` +
        "Install nndsl, or say in the setting `nn.command` where it is."
    );
  }
}

async function stop() {
  const running = client;
  client = undefined;
  if (running !== undefined && running.needsStop()) {
    await running.stop();
  }
}

async function restart() {
  await stop();
  await start();
}

async function activate(context) {
  context.subscriptions.push(vscode.commands.registerCommand("nn.restart", restart));
  await start();
}

module.exports = { activate, deactivate: stop };
