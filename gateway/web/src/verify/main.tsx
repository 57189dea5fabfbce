import { strings } from "../strings";
import { Frame } from "../ui/frame";
import { startPage } from "../ui/start_page";

startPage((page) => (
  <Frame page={page} current={null}>
    <h1>{strings.common.product}</h1>
  </Frame>
));
