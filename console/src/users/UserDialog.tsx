import { Loader } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { Dialog } from "../components/Dialog";
import { Failure } from "../components/Failure";
import { readUser, USERS } from "./data";
import { GivenPassword } from "./GivenPassword";
import { UserForm } from "./UserForm";

interface Given {
  name: string;
  password: string;
}

/** Creates a user (`name` null), whose password is shown before the dialog closes, or changes one. */
export function UserDialog({ name, onClose }: { name: string | null; onClose: () => void }) {
  const [given, setGiven] = useState<Given | null>(null);
  const title = name ? `Edit User ${name}` : "Create User";
  return (
    <Dialog title={title} size="lg" onClose={onClose} closeOnClickOutside={false}>
      {given ? (
        <GivenPassword {...given} onDone={onClose} />
      ) : name ? (
        <Existing name={name} onClose={onClose} />
      ) : (
        <UserForm before={null} onClose={onClose} onCreated={setGiven} />
      )}
    </Dialog>
  );
}

function Existing({ name, onClose }: { name: string; onClose: () => void }) {
  const { data: before, error } = useQuery({
    queryKey: [...USERS, name],
    queryFn: () => readUser(name),
    staleTime: Infinity,
    gcTime: 0,
  });
  if (!before) {
    return error ? <Failure of={error} /> : <Loader type="dots" />;
  }
  return <UserForm before={before} onClose={onClose} />;
}
