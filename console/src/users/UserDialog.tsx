import { Loader } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { Dialog } from "../components/Dialog";
import { Failure } from "../components/Failure";
import { Secret } from "../components/Secret";
import { readUser, USERS } from "./data";
import { UserForm } from "./UserForm";

interface Given {
  name: string;
  password: string;
}

/** Creates a user (`name` null), or changes one. A password that is given is shown before the dialog closes. */
export function UserDialog({ name, onClose }: { name: string | null; onClose: () => void }) {
  const [given, setGiven] = useState<Given | null>(null);
  const title = name ? `Edit User ${name}` : "Create User";
  return (
    <Dialog title={title} size="lg" onClose={onClose} closeOnClickOutside={false}>
      {given ? (
        <Secret
          title={`The password of ${given.name} is shown only now`}
          what="password"
          secret={given.password}
          onDone={onClose}
        >
          Give it to them in person. They choose one of their own when they log in.
        </Secret>
      ) : name ? (
        <Existing name={name} onClose={onClose} onGiven={setGiven} />
      ) : (
        <UserForm before={null} onClose={onClose} onGiven={setGiven} />
      )}
    </Dialog>
  );
}

interface ExistingProps {
  name: string;
  onClose: () => void;
  onGiven: (given: Given) => void;
}

function Existing({ name, onClose, onGiven }: ExistingProps) {
  // Read once: what is typed is compared with this, and the server says so when somebody else was quicker.
  const { data: before, error } = useQuery({
    queryKey: [...USERS, name],
    queryFn: () => readUser(name),
    staleTime: Infinity,
    gcTime: 0,
  });
  if (!before) {
    return error ? <Failure of={error} /> : <Loader type="dots" />;
  }
  return <UserForm before={before} onClose={onClose} onGiven={onGiven} />;
}
