import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { AdminUser } from "../../api/types";
import { newest } from "../../browser/newest";
import { tellFailure } from "./calls";
import { Picker } from "./Picker";
import { findUsers } from "./users/users";

interface Props {
  label: string;
  children: ComponentChildren;
  isChosen: (user: AdminUser) => boolean;
  onChoose: (user: AdminUser) => void;
}

const PAUSE_MILLISECONDS = 200;

/** A button to choose a user by: the server finds whose name or address begins as is typed. */
export function UserPicker({ label, children, isChosen, onChoose }: Props) {
  const found = useSignal<AdminUser[] | undefined>(undefined);
  const order = useMemo(newest, []);
  const timer = useRef(0);
  useEffect(() => () => clearTimeout(timer.current), []);
  const find = (typed: string, pause = 0) => {
    clearTimeout(timer.current);
    timer.current = window.setTimeout(async () => {
      const users = await order.ask(() => findUsers(typed)).catch(tellFailure);
      if (users) found.value = users;
    }, pause);
  };
  return (
    <Picker
      label={label}
      options={found.value
        ?.filter((user) => !isChosen(user))
        .map((user) => ({ value: String(user.id), text: user.username, note: user.email }))}
      onOpen={() => {
        found.value = undefined;
        find("");
      }}
      onType={(typed) => find(typed, PAUSE_MILLISECONDS)}
      onChoose={(value) => onChoose(found.value!.find(({ id }) => id === Number(value))!)}
    >
      {children}
    </Picker>
  );
}
