// What any screen may ask of the shell around it: go to another room, write down a problem.
import { inject, provide, type InjectionKey } from "vue";
import type { RoomName } from "../rooms";

export type Shell = {
  go: (room: RoomName) => void;
  reportTrouble: () => void;
};
const KEY: InjectionKey<Shell> = Symbol("shell");

export const provideShell = (shell: Shell) => provide(KEY, shell);

export function useShell(): Shell {
  const shell = inject(KEY);
  if (!shell) throw new Error("this screen stands outside the shell");
  return shell;
}
