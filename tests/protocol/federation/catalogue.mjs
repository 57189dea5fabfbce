// Another subgraph: a product catalogue that sells courses. It extends the course, the learner and the enrolment by
// their keys.
import { serveSubgraph } from "./subgraph.mjs";

export const SDL = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable"])

  type Query { products(first: Int): ProductConnection! }

  type ProductConnection { nodes: [Product!]! pageInfo: PageInfo! }

  type PageInfo @shareable {
    hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String
  }

  type Product { name: String! course: Course! buyers: [Learner] sales: [Enrollment] }

  type Course @key(fields: "key") { key: String! price: Int }

  type Learner @key(fields: "learnerId") { learnerId: String! spent: Int }

  scalar UUID

  type Enrollment @key(fields: "registration") { registration: UUID! invoice: String }
`;

// Serves the catalogue until the suite ends, and returns its address. `courses` are the keys of two courses, `buyers`
// the learners who bought the first, and `sales` their registrations.
export async function serveCatalogue({ courses, buyers, sales }) {
  const [first, second] = courses;
  const products = [
    { name: "Algebra, with a tutor", course: { key: first }, buyers, sales },
    { name: "A course that is not published yet", course: { key: "course-v1:Quad+Nothing+2026" }, buyers: [], sales: [] },
    { name: "Botany", course: { key: second }, buyers: [], sales: [] },
  ];
  const learner = (learnerId) => ({ learnerId });
  const enrollment = (registration) => ({ registration });
  const resolvers = {
    Query: {
      products: (_, { first = 100 }) => ({
        nodes: products.slice(0, first),
        pageInfo: { hasNextPage: products.length > first, hasPreviousPage: false },
      }),
    },
    Product: {
      buyers: (product) => product.buyers.map(learner),
      sales: (product) => product.sales.map(enrollment),
    },
    Course: { __resolveReference: (reference) => reference, price: ({ key }) => (key === first ? 4900 : null) },
    Learner: {
      __resolveReference: (reference) => reference,
      spent: ({ learnerId }) => (buyers.includes(learnerId) ? 4900 : 0),
    },
    Enrollment: {
      __resolveReference: (reference) => reference,
      invoice: ({ registration }) => `invoice of ${registration}`,
    },
  };
  return serveSubgraph(SDL, resolvers);
}
