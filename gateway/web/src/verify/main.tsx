import "./verify.css";

import { Client } from "../graphql/client";
import { credentialsOf } from "../session/session";
import { strings } from "../strings";
import { Frame } from "../ui/frame";
import { startPage } from "../ui/start_page";
import { Verification } from "./verification";

document.title = strings.verify.documentTitle;
// What a certificate certifies is public: no token is sent.
const client = new Client(credentialsOf(null));

startPage((page) => (
  <Frame page={page} current={null} keepsContent>
    <Verification client={client} />
  </Frame>
));
