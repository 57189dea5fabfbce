// Relay with the documents that its compiler persisted.
import { env } from "node:process";
import { fileURLToPath } from "node:url";

import relay from "relay-runtime";
import WebSocket from "ws";

import { compiledRelay } from "./compiled_relay.mjs";
import { persistedNetwork } from "./persisted_clients/relay_network.mjs";
import { checkTrusted } from "./trusted_checks.mjs";

globalThis.WebSocket ??= WebSocket; // as in a browser

const source = fileURLToPath(new URL("clients/relay.js", import.meta.url));
const client = await compiledRelay(source, { schema: env.SCHEMA, folder: env.FOLDER, persisted: "documents.json" });
const environment = new relay.Environment({
  network: persistedNetwork({ url: env.GRAPHQL_URL, token: () => env.TOKEN }),
  store: new relay.Store(new relay.RecordSource()),
});

checkTrusted({
  ask(name, variables) {
    if (name === "Lesson") return relay.fetchQuery(environment, client.LESSON, variables).toPromise();
    return new Promise((resolve, reject) => {
      relay.commitMutation(environment, { mutation: client.SUBMIT, variables, onCompleted: resolve, onError: reject });
    });
  },
  first(_, variables) {
    return new Promise((resolve, reject) => {
      const { dispose } = relay.requestSubscription(environment, {
        subscription: client.WATCH,
        variables,
        onNext(data) {
          dispose();
          resolve(data);
        },
        onError: reject,
      });
    });
  },
});
