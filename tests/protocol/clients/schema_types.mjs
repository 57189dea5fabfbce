// What a cache must know about the schema.

// The types behind the interface `Node`.
export const NODES = ["Course", "CourseProgress", "Enrollment", "ItemProgress", "Learner"];

// Types without an id: a cache keeps them inside of their parent.
export const EMBEDDED = [
  "ActivityBucket",
  "Attempt",
  "CertificateFacts",
  "CompletionBucket",
  "CourseItem",
  "CourseSummary",
  "ItemSummary",
  "ModuleProgress",
  "NextItem",
  "Presence",
  "ProgressUpdate",
  "ResumePoint",
  "StoreHealth",
  "Streak",
  "UserError",
  "Viewer",
];

// The fields with pages: `first`, `after`, `edges` and `pageInfo`.
export const CONNECTIONS = {
  Course: ["enrollments"],
  Enrollment: ["attempts", "items"],
  Learner: ["enrollments", "timeline"],
  Query: ["courses", "enrollments", "learners"],
  Viewer: ["courses"],
};
