import { QueryClient } from "@tanstack/vue-query";
import { ask } from "./host";
import type { Commands, Failure } from "./generated";

export const queries = new QueryClient({
  defaultOptions: { queries: { staleTime: Infinity, retry: false, networkMode: "always" } },
});

/** Calls a command; whatever it touched is read again by every screen that shows it. */
export async function call<K extends keyof Commands>(name: K, request: Commands[K][0]): Promise<Commands[K][1]> {
  const { value, touched } = await ask(name, request);
  if (touched.length > 0)
    void queries.invalidateQueries({ predicate: (query) => touched.some((kind) => query.queryKey.includes(kind)) });
  return value as Commands[K][1];
}

export function toFailure(error: unknown): Failure {
  if (error && typeof error === "object" && "code" in error) return error as Failure;
  return { code: "internal", params: {} };
}
