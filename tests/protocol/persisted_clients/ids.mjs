// The id of a document, by the name of its operation. `manifest` is what `quadrangle documents build` wrote.
export function idsOf(manifest) {
  const ids = new Map(manifest.operations.map(({ name, id }) => [name, id]));
  return (document) => {
    const { name } = document.definitions.find(({ kind }) => kind === "OperationDefinition");
    if (!ids.has(name.value)) throw new Error(`the manifest has no operation ${name.value}`);
    return ids.get(name.value);
  };
}
