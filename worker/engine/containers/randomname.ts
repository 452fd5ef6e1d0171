const adjectives = (
  'admiring agile amazed ample awake balmy bold brave breezy bright brisk busy calm candid careful cheerful clever cool ' +
  'cosmic crisp curious dapper daring dazzling determined eager earnest ecstatic elastic elegant eloquent fair ' +
  'fearless festive focused fond friendly frosty funny gallant gentle gifted glad golden gracious happy hardy helpful ' +
  'honest hopeful humble inspiring jolly jovial keen kind lively loving lucid lucky magical mellow merry modest musing ' +
  'mystifying neat nifty nimble noble optimistic patient peaceful pensive plucky polite proud quick quirky radiant ready ' +
  'relaxed resolute rustic serene sharp silent sincere sleepy smart sober steady stoic sunny swift tender thirsty ' +
  'thoughtful tidy tranquil trusting upbeat vibrant vigilant vigorous warm wise witty wonderful youthful zealous zen'
).split(' ');

/** People of science, computing and the sea. */
const surnames = (
  'agnesi allen amundsen archimedes babbage banach barton bartik bell bering bernoulli blackwell bohr bose boyd brahe ' +
  'cabot cannon carson cartwright cerf chandrasekhar chaplygin clarke cook cori cray curie darwin dijkstra dirac earhart ' +
  'easley einstein elion engelbart erdos euclid euler faraday fermat fermi feynman franklin galileo galois gama gauss ' +
  'germain goldberg goodall gould hamilton hawking heisenberg hermann heyrovsky hodgkin hopper hudson hugle hypatia ' +
  'jackson jang jemison johnson jones kalam kapitsa keldysh keller kepler khorana kilby kirch knuth kowalevski lalande ' +
  'lamarr lamport leakey leavitt lederberg lehmann lewin lichterman liskov lovelace lumiere magellan mahavira mayer ' +
  'mccarthy mcclintock meitner mendel mendeleev mirzakhani morse murdock nansen napier nash neumann newton nightingale ' +
  'nobel noether northcutt noyce panini pare pascal pasteur payne perlman pike poincare poitras polo ptolemy raman ' +
  'ramanujan ride ritchie robinson roentgen rosalind rubin saha sammet sanderson satoshi shannon shaw shirley shockley ' +
  'sinoussi snyder solomon spence stonebraker swanson swartz swirles tasman tesla tharp thompson torvalds tu turing ' +
  'varahamihira vaughan visvesvaraya volhard wescoff wilbur wiles williams wilson wing wozniak wright wu yalow yonath'
).split(' ');

/** `adjective_surname`, with a digit behind when a plain one was taken. */
export function randomName(withDigit = false): string {
  return `${pick(adjectives)}_${pick(surnames)}${withDigit ? below(10) : ''}`;
}

function pick(words: readonly string[]): string {
  return words[below(words.length)] ?? '';
}

function below(limit: number): number {
  return Math.floor(Math.random() * limit);
}
