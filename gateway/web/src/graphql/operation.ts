/** A trusted document of the gateway: its id, and the name of its operation. The types are those of its data and variables. */
export interface Operation<Data, Variables> {
  readonly id: string;
  readonly name: string;
  /** Not present at run time: it carries the types. */
  readonly types?: (variables: Variables) => Data;
}
