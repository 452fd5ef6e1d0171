/** What `docker cp` is tried with: a line of bash in the client's folder, and nothing but that. */

/** Made anew in an empty folder for each case: `$L` is the client's, `$C` the container's. */
export const fixture = `
umask 022
mkdir -p $L $C && cd $L
echo 'local f' > f; chmod 640 f; echo 'to run' > exe; chmod 4755 exe; : > empty; echo colon > with:colon
mkdir -p d/sub deep/er existing/d; chmod 750 d
echo a > d/a; echo b > d/sub/b; ln -s a d/link; ln d/a d/second; ln -s ../f d/out; echo é > 'd/é'
head -c 200000 /dev/zero > deep/big; echo x > deep/er/x; mkfifo deep/fifo
ln -s f lf; ln -s d ld; ln -s ld lld; ln -s nowhere broken; ln -s $L/d labs
echo old > existing/f; echo x > existing/d/x; mkdir existing/lf existing/clash; echo y > existing/clash/y
mkdir ${'x'.repeat(60)}; mkdir ${'x'.repeat(60)}/${'y'.repeat(60)}; echo long > ${'x'.repeat(60)}/${'y'.repeat(60)}/z
cd $C
echo 'in f' > f; chmod 600 f; mkdir -p dir/sub empty over/dir tmp; echo x > dir/x; echo y > dir/y; echo z > dir/sub/z
ln -s x dir/link; ln dir/x dir/second; ln -s f lf; ln -s dir ld; ln -s nowhere broken; ln -s /dir abs
ln -s ../../../etc dir/escape; ln -s sub/z dir/inner; echo w > over/f; echo q > over/dir/q
mkdir -p clash/f clash2; echo 1 > clash2/d; echo 2 > clash/new
find $L $C -exec touch -h -d @1700000000 {} +
`;

const into = [
  'cp f web:/tmp',
  'cp f web:/tmp/',
  'cp f web:/tmp/.',
  'cp f web:/tmp/new',
  'cp f web:/tmp/new/',
  'cp f web:/f',
  'cp f web:/nosuch/x',
  'cp f web:/lf',
  'cp f web:/ld',
  'cp f web:/ld/',
  'cp f web:/abs',
  'cp f web:/broken',
  'cp f web:tmp',
  'cp f web:',
  'cp ./with:colon web:/tmp',
  'cp with:colon web:/tmp',
  'cp exe web:/tmp',
  'cp empty web:/tmp',
  'cp -a f web:/tmp/owned',
  'cp d web:/tmp',
  'cp d web:/tmp/new',
  'cp d web:/tmp/new/',
  'cp d/ web:/tmp',
  'cp d/ web:/tmp/new',
  'cp d/. web:/tmp',
  'cp d/. web:/tmp/new',
  'cp d web:/f',
  'cp d/. web:/f',
  'cp d web:/nosuch/new',
  'cp deep web:/tmp',
  'cp lf web:/tmp',
  'cp lf web:/tmp/new',
  'cp -L lf web:/tmp',
  'cp -L lf web:/tmp/new',
  'cp ld web:/tmp',
  'cp ld/ web:/tmp',
  'cp ld/ web:/tmp/new',
  'cp ld/. web:/tmp',
  'cp -L ld web:/tmp',
  'cp -L lld web:/tmp/new',
  'cp -L ld/. web:/tmp',
  'cp -L labs web:/tmp',
  'cp ld/a web:/tmp',
  'cp lld/sub web:/tmp',
  'cp broken web:/tmp',
  'cp -L broken web:/tmp',
  'cp nosuch web:/tmp',
  'cp /nosuch web:/tmp',
  'cp nosuch/x web:/tmp',
  'cp f/x web:/tmp',
  'cp f/ web:/tmp',
  'cp f/. web:/tmp',
  'cp . web:/tmp',
  'cp ./ web:/tmp/new',
  'cp .. web:/tmp/up',
  'cp ../l/f web:/tmp',
  'cp x* web:/tmp',
  'cp x* web:/tmp/new',
  'cp f nosuch:/tmp',
  'cp -q f web:/tmp',
  'cp - web:/tmp < <(tar c d)',
  'cp - web:/tmp/new < <(tar c d)',
  'cp - web:/f < <(tar c d)',
];

const outOf = [
  'cp web:/f .',
  'cp web:/f new',
  'cp web:/f new/',
  'cp web:/f existing',
  'cp web:/f existing/',
  'cp web:/f existing/f',
  'cp web:/f f',
  'cp web:/f nosuch/x',
  'cp web:/f nosuch/x/',
  'cp web:/f f/x',
  'cp web:/f f/',
  'cp web:f new',
  'cp web:/f lf',
  'cp web:/f ld',
  'cp web:/f broken',
  'cp web:/f labs/x',
  'cp web:/f /dev/null',
  'cp web:/dir .',
  'cp web:/dir new',
  'cp web:/dir new/',
  'cp web:/dir existing',
  'cp web:/dir/ existing',
  'cp web:/dir/. existing',
  'cp web:/dir/. new',
  'cp web:/dir f',
  'cp web:/dir/. f',
  'cp web:/over/. existing',
  'cp web:/over existing/clash',
  'cp web:/clash/. existing',
  'cp web:/clash2/. existing',
  'cp web:/dir ld',
  'cp web:/dir lld/new',
  'cp web:/lf existing',
  'cp web:/lf new',
  'cp -L web:/lf new',
  'cp -L web:/lf existing',
  'cp -L web:/lf .',
  'cp web:/ld new',
  'cp -L web:/ld new',
  'cp -L web:/ld existing',
  'cp -L web:/abs existing',
  'cp -L web:/broken new',
  'cp web:/broken new',
  'cp web:/ld/x new',
  'cp web:/dir/sub existing/d',
  'cp -a web:/dir new',
  'cp web:/dir/inner new',
  'cp web:/nosuch new',
  'cp nosuch:/f new',
  'cp web:/f - | tar t',
  'cp web:/dir - | tar t | sort',
  'cp -L web:/ld - | tar t | sort',
  'cp web:/ new',
];

const neither = [
  'cp a b',
  'cp web:/f web:/g',
  "cp '' web:/f",
  "cp web:/f ''",
  'cp f',
  'cp --nosuch f web:/f',
  'cp ./web:/f web2:/x',
];

export const cpCases: readonly string[] = [...into, ...outOf, ...neither].map((words) => `docker ${words}`);
