// The only place that knows the desktop shell; a local web page would answer the same two words.
import { invoke } from "@tauri-apps/api/core";

export type Reply = { value: unknown; touched: string[] };

export function ask(name: string, request: unknown): Promise<Reply> {
  return invoke<Reply>("call", { name, request });
}
