import "./home.css";

import { strings } from "../strings";
import { Frame } from "../ui/frame";
import { startPage } from "../ui/start_page";
import { Doors } from "./doors";
import { StoreStates } from "./store_states";
import { Who } from "./who";

const text = strings.home;

startPage((page) => (
  <Frame page={page} current="home" keepsContent>
    <h1 class="home-title">{text.title}</h1>
    <p class="lead">{text.lead}</p>
    <Doors page={page} />
    <div class="home-columns">
      <Who page={page} />
      <StoreStates page={page} />
    </div>
    <p class="quiet">
      {text.verifyText} <a href="/verify">{text.verify}</a>
    </p>
  </Frame>
));
