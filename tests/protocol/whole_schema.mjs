// Documents that select the whole schema, and a server that answers them with made-up values, no null among them.
import { execute, getNamedType, getNullableType, isAbstractType, isEnumType, isInputObjectType, isLeafType } from "graphql";
import { isListType, isNonNullType, isObjectType, isRequiredArgument, isRequiredInputField, parse } from "graphql";

const VALUES = { Boolean: true, Float: 0.5, Int: 1 };

// Selects the fields of a root type and of each type that it leads to, each type once. `part` chooses fields.
export function documentOf(schema, operation, part = () => true) {
  const seen = new Set();
  const fieldOf = (parent) => (field) => {
    const type = getNamedType(field.type);
    if (isAbstractType(type)) return [];
    if (isLeafType(type)) return part(field, parent) ? [field.name + argumentsOf(field)] : [];
    const id = "id" in type.getFields() ? "id" : "";
    const fields = seen.has(type) ? `{ __typename ${id} }` : selectionOf(type);
    return [`${field.name}${argumentsOf(field)} ${fields}`];
  };
  const selectionOf = (type) => {
    seen.add(type);
    return `{ __typename ${Object.values(type.getFields()).flatMap(fieldOf(type)).join(" ")} }`;
  };
  return `${operation} ${selectionOf(schema.getRootType(operation))}`;
}

function argumentsOf({ args }) {
  const given = args.filter(isRequiredArgument).map(({ name, type }) => `${name}: ${literal(type)}`);
  return given.length ? `(${given.join(", ")})` : "";
}

function literal(of) {
  const type = getNullableType(of);
  if (isListType(type)) return `[${literal(type.ofType)}]`;
  if (isEnumType(type)) return type.getValues()[0].name;
  if (!isInputObjectType(type)) return JSON.stringify(VALUES[type.name] ?? "any");
  const fields = Object.values(type.getFields()).filter(isRequiredInputField);
  return `{ ${fields.map((field) => `${field.name}: ${literal(field.type)}`).join(", ")} }`;
}

// A `fetch` that answers from the schema.
export function madeUpAnswers(schema) {
  const fieldResolver = (source, args, context, { parentType, fieldName, returnType }) =>
    valueOf(returnType, `${parentType.name}.${fieldName}`);
  return async (url, { body }) => {
    const { query, variables } = JSON.parse(body);
    const answer = await execute({ schema, document: parse(query), variableValues: variables, fieldResolver });
    return Response.json(answer);
  };
}

function valueOf(type, text) {
  if (isNonNullType(type)) return valueOf(type.ofType, text);
  if (isListType(type)) return [valueOf(type.ofType, text)];
  if (isObjectType(type)) return {};
  return isEnumType(type) ? type.getValues()[0].value : (VALUES[type.name] ?? text);
}
