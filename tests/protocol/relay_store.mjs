// Relay over HTTP and graphql-transport-ws.
import { env } from "node:process";
import { fileURLToPath } from "node:url";

import relay from "relay-runtime";
import WebSocket from "ws";

import { compiledRelay } from "./compiled_relay.mjs";
import { runScenario } from "./cache_scenario.mjs";

globalThis.WebSocket ??= WebSocket; // as in a browser

const source = fileURLToPath(new URL("clients/relay.js", import.meta.url));
const client = await compiledRelay(source, { schema: env.SCHEMA, folder: env.FOLDER });

function adapterOf(url) {
  const environment = client.relayEnvironment({ url, token: () => env.TOKEN });

  function snapshot(name, variables) {
    const operation = relay.createOperationDescriptor(client[name], variables);
    environment.retain(operation);
    return environment.lookup(operation.fragment);
  }

  // What a component shows: the data of its query with that of its fragment.
  function withFragment({ data }) {
    if (!data.enrollment) return data;
    const selector = relay.getSingularSelector(client.PROGRESS, data.enrollment);
    return { enrollment: environment.lookup(selector).data };
  }

  const shown = (name, variables) => withFragment(snapshot(name, variables));

  return {
    async fetch(name, variables) {
      await relay.fetchQuery(environment, client[name], variables, { fetchPolicy: "network-only" }).toPromise();
      return shown(name, variables);
    },
    cached: async (name, variables) => shown(name, variables),
    mutate(name, variables) {
      return new Promise((resolve, reject) => {
        relay.commitMutation(environment, { mutation: client[name], variables, onCompleted: resolve, onError: reject });
      });
    },
    watched(name, variables, fits) {
      const { data } = snapshot(name, variables);
      const fragment = environment.lookup(relay.getSingularSelector(client.PROGRESS, data.enrollment));
      return new Promise((resolve) => {
        environment.subscribe(fragment, (next) => fits({ enrollment: next.data }) && resolve());
      });
    },
    subscribe(name, variables) {
      const { dispose } = relay.requestSubscription(environment, { subscription: client[name], variables });
      return dispose;
    },
  };
}

runScenario(adapterOf(env.GRAPHQL_URL), adapterOf(env.DEGRADED_URL));
