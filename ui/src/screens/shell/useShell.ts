// What any screen may ask of the shell around it: go to another room, write down a problem.
import { inject, provide, type InjectionKey, type Ref } from "vue";
import type { RoomName } from "../rooms";

export type Shell = {
  /** `section` opens one part of the room. */
  go: (room: RoomName, section?: string) => void;
  section: Ref<string>;
  reportTrouble: () => void;
  /** The card that was scanned last, wherever the person was. */
  scan: Ref<{ code: string } | null>;
};
const KEY: InjectionKey<Shell> = Symbol("shell");

export const provideShell = (shell: Shell) => provide(KEY, shell);

export function useShell(): Shell {
  const shell = inject(KEY);
  if (!shell) throw new Error("this screen stands outside the shell");
  return shell;
}
