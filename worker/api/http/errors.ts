/** What cannot be taken for a request: the connection ends with this answer, worded as Go's server words it. */
export class BadRequest extends Error {
  readonly statusLine: string;
  readonly text: string;

  /** `detail` is told to the client. https://github.com/golang/go/blob/go1.24.4/src/net/http/server.go#L2002 */
  constructor(status = '400 Bad Request', detail = '') {
    super(detail === '' ? status : `${status}: ${detail}`);
    this.name = 'BadRequest';
    this.statusLine = this.message;
    this.text = this.message;
  }
}

/** The client is gone, or has ended its side where more was due. */
export class Disconnected extends Error {
  constructor() {
    super('the client is gone');
    this.name = 'Disconnected';
  }
}
