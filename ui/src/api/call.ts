import { QueryClient } from "@tanstack/vue-query";
import { ask } from "./host";
import type { Commands, Failure } from "./generated";

export const queries = new QueryClient({
  defaultOptions: { queries: { staleTime: Infinity, retry: false, networkMode: "always" } },
});

/** Calls a command; whatever it touched is read again by every screen that shows it. */
export async function call<K extends keyof Commands>(name: K, request: Commands[K][0]): Promise<Commands[K][1]> {
  const { value, touched } = await asked(name, request);
  if (touched.length > 0)
    void queries.invalidateQueries({ predicate: (query) => touched.some((kind) => query.queryKey.includes(kind)) });
  return value as Commands[K][1];
}

/** Forgets everything but who is signed in, and reads again what stands on screen. */
export function readAllAgain(): void {
  void queries.resetQueries({ predicate: (query) => !query.queryKey.includes("session") });
}

export function toFailure(error: unknown): Failure {
  if (error && typeof error === "object" && "code" in error) return error as Failure;
  return { code: "internal", params: {} };
}

/** After these the session may have ended, or the station be shut, behind the window's back. */
const TURNS = ["not_allowed", "damaged_database", "foreign_database"];

/** Then the lock has to come on, or the page that offers to set a broken station aside. */
async function asked(name: string, request: unknown) {
  try {
    return await ask(name, request);
  } catch (error) {
    if (TURNS.includes(toFailure(error).code)) void queries.invalidateQueries({ queryKey: ["session"] });
    throw error;
  }
}
