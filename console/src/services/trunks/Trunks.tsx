export default function Trunks() { return null; }
