import { Network, Observable } from "relay-runtime";
import { createClient } from "graphql-ws";

// `token` is a function: it is called for each request and each connection.
export function persistedNetwork({ url, token }) {
  const authorization = () => ({ Authorization: `Bearer ${token()}` });
  const socket = createClient({ url: url.replace(/^http/, "ws"), connectionParams: authorization });
  const fetchOperation = async ({ id: documentId }, variables) => {
    const headers = { ...authorization(), "Content-Type": "application/json" };
    const response = await fetch(url, { method: "POST", headers, body: JSON.stringify({ documentId, variables }) });
    return response.json();
  };
  // graphql-ws needs a text: an empty one is none.
  const subscribe = ({ id: documentId }, variables) =>
    Observable.create((sink) => socket.subscribe({ query: "", documentId, variables }, sink));
  return Network.create(fetchOperation, subscribe);
}
