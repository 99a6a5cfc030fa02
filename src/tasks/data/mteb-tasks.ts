import type { ClassificationTask, RetrievalTask, TaskKind } from '../task.js';

/** Where the hub has the data of a task of MTEB, at the revision that MTEB evaluates. */
export interface MtebTask {
  readonly kind: TaskKind;
  readonly id: string;
  readonly revision: string;
  readonly settings: MtebSettings;
}

/** What a task of MTEB has other than its kind usually has it. */
export type MtebSettings = Partial<
  Pick<ClassificationTask, 'examplesPerLabel'> & Pick<RetrievalTask, 'ignoreIdenticalIds'>
>;

type Row = readonly [id: string, revision: string, settings?: MtebSettings];

/** Tasks whose queries stand in the corpus, too, where a query must not find itself. */
const ignoreIdenticalIds = { ignoreIdenticalIds: true } as const;

/** English tasks of MTEB that are evaluated on one split of one data set, by their names there. */
const tables: Partial<Record<TaskKind, Readonly<Record<string, Row>>>> = {
  sts: {
    BIOSSES: ['mteb/biosses-sts', 'd3fb88f8f02e40887cd149695127462bbcf29b4a'],
    'SICK-R': ['mteb/sickr-sts', '20a6d6f312dd54037fe07a32d58e5e168867909d'],
    STS12: ['mteb/sts12-sts', 'a0d554a64d88156834ff5ae9920b964011b16384'],
    STS13: ['mteb/sts13-sts', '7e90230a92c190f1bf69ae9002b8cea547a64cca'],
    STS14: ['mteb/sts14-sts', '6031580fec1f6af667f0bd2da0a551cf4f0b2375'],
    STS15: ['mteb/sts15-sts', 'ae752c7c21bf194d8b67fd573edf7ae58183cbe3'],
    STS16: ['mteb/sts16-sts', '4d8694f8f0e0100860b497b999b3dbed754a0513'],
    STSBenchmark: ['mteb/stsbenchmark-sts', 'b0fddb56ed78048fa8b90373c8a3cfc37b684831'],
  },
  'pair-classification': {
    SprintDuplicateQuestions: [
      'mteb/sprintduplicatequestions-pairclassification',
      'd66bd1f72af766a5cc4b0ca5e00c162f89e8cc46',
    ],
    TwitterSemEval2015: ['mteb/twittersemeval2015-pairclassification', '70970daeab8776df92f5ea462b6173c0b46fd2d1'],
    TwitterURLCorpus: ['mteb/twitterurlcorpus-pairclassification', '8b6510b0b1fa4e4c4f879467980e9be563ec1cdf'],
  },
  retrieval: {
    ArguAna: ['mteb/arguana', 'c22ab2a51041ffd869aaddef7af8d8215647e41a', ignoreIdenticalIds],
    CQADupstackGamingRetrieval: ['mteb/cqadupstack-gaming', '4885aa143210c98657558c04aaf3dc47cfb54340'],
    CQADupstackUnixRetrieval: ['mteb/cqadupstack-unix', '6c6430d3a6d36f8d2a829195bc5dc94d7e063e53'],
    ClimateFEVER: ['mteb/climate-fever', '47f2ac6acb640fc46020b02a5b59fdda04d39380'],
    ClimateFEVERHardNegatives: [
      'mteb/ClimateFEVER_test_top_250_only_w_correct-v2',
      '3a309e201f3c2c4b13bd4a367a8f37eee2ec1d21',
    ],
    DBPedia: ['mteb/dbpedia', 'c0f706b76e590d620bd6618b3ca8efdd34e2d659'],
    FEVER: ['mteb/fever', 'bea83ef9e8fb933d90a2f1d5515737465d613e12', ignoreIdenticalIds],
    FEVERHardNegatives: [
      'mteb/FEVER_test_top_250_only_w_correct-v2',
      '080c9ed6267b65029207906e815d44a9240bafca',
      ignoreIdenticalIds,
    ],
    FiQA2018: ['mteb/fiqa', '27a168819829fe9bcd655c2df245fb19452e8e06', ignoreIdenticalIds],
    HotpotQA: ['mteb/hotpotqa', 'ab518f4d6fcca38d87c25209f94beba119d02014'],
    HotpotQAHardNegatives: ['mteb/HotpotQA_test_top_250_only_w_correct-v2', '617612fa63afcb60e3b134bed8b7216a99707c37'],
    NFCorpus: ['mteb/nfcorpus', 'ec0fa4fe99da2ff19ca1214b7966684033a58814'],
    NQ: ['mteb/nq', 'b774495ed302d8c44a3a7ea25c90dbce03968f31'],
    QuoraRetrieval: ['mteb/quora', 'e4e08e0b7dbe3c8700f0daef558ff32256715259', ignoreIdenticalIds],
    SCIDOCS: ['mteb/scidocs', 'f8c2fcf00f625baaa80f62ec5bd9e1fff3b8ae88'],
    SciFact: ['mteb/scifact', 'd56462d0e63a25450459c4f213e49ffdb866f7f9'],
    TRECCOVID: ['mteb/trec-covid', 'bb9466bac8153a0349341eb1b22e06409e78ef4e'],
    Touche2020: ['mteb/touche2020', 'a34f9a33db75fa0cbb21bb5cfc3dae8dc8bec93f'],
    'Touche2020Retrieval.v3': ['mteb/webis-touche2020-v3', '431886eaecc48f067a3975b70d0949ea2862463c'],
  },
  reranking: {
    AskUbuntuDupQuestions: ['mteb/AskUbuntuDupQuestions', 'c5691e3c48741d5f83b5cc8e630653d7a8cfc048'],
    MindSmallReranking: ['mteb/MindSmallReranking', '227478e3235572039f4f7661840e059f31ef6eb1'],
    SciDocsRR: ['mteb/SciDocsRR', '39b8377811871075eed9de3b8a7e21aaa6acb3d8'],
    StackOverflowDupQuestions: ['mteb/StackOverflowDupQuestions', '5debda000fe8e27ebb5c123d38081f92e1847a59'],
  },
  classification: {
    AmazonPolarityClassification: ['mteb/amazon_polarity', 'e2d317d38cd51312af73b3d32a06d1a08b442046'],
    Banking77Classification: ['mteb/banking77', '0fd18e25b25c072e09e0d92ab615fda904d66300'],
    EmotionClassification: ['mteb/emotion', '4f58c6b202a23cf9a4da393831edf4f9183cad37', { examplesPerLabel: 16 }],
    ImdbClassification: ['mteb/imdb', '3d86128a09e091d6018b6d26cad27f2739fc2db7'],
    TweetSentimentExtractionClassification: [
      'mteb/tweet_sentiment_extraction',
      'd604517c81ca91fe16a244d1248fc021f9ecee7a',
      { examplesPerLabel: 32 },
    ],
  },
  clustering: {
    ArxivClusteringP2P: ['mteb/arxiv-clustering-p2p', 'a122ad7f3f0291bf49cc6f4d32aa80929df69d5d'],
    ArxivClusteringS2S: ['mteb/arxiv-clustering-s2s', 'f910caf1a6075f7329cdf8c1a6135696f37dbd53'],
    BiorxivClusteringP2P: ['mteb/biorxiv-clustering-p2p', '65b79d1d13f80053f67aca9498d9402c2d9f1f40'],
    BiorxivClusteringS2S: ['mteb/biorxiv-clustering-s2s', '258694dd0231531bc1fd9de6ceb52a0853c6d908'],
    MedrxivClusteringP2P: ['mteb/medrxiv-clustering-p2p', 'e7a26af6f3ae46b30dde8737f02c07b1505bcc73'],
    MedrxivClusteringS2S: ['mteb/medrxiv-clustering-s2s', '35191c8c0dca72d8ff3efcd72aa802307d469663'],
    RedditClustering: ['mteb/reddit-clustering', '24640382cdbf8abc73003fb0fa6d111a705499eb'],
    RedditClusteringP2P: ['mteb/reddit-clustering-p2p', '385e3cb46b4cfa89021f56c4380204149d0efe33'],
    StackExchangeClustering: ['mteb/stackexchange-clustering', '6cbc1f7b2bc0622f2e39d2c77fa502909748c259'],
    StackExchangeClusteringP2P: ['mteb/stackexchange-clustering-p2p', '815ca46b2622cec33ccafc3735d572c266efdb44'],
    TwentyNewsgroupsClustering: ['mteb/twentynewsgroups-clustering', '6125ec4e24fa026cec8a478383ee943acfbd5449'],
  },
};

const tasks = new Map<string, MtebTask>(
  Object.entries(tables).flatMap(([kind, rows]) =>
    Object.entries(rows).map(([name, [id, revision, settings = {}]]): [string, MtebTask] => [
      name,
      { kind: kind as TaskKind, id, revision, settings },
    ]),
  ),
);

/** Returns the task that MTEB calls so ("SciFact"); undefined where it calls none of those above so. */
export function mtebTask(name: string): MtebTask | undefined {
  return tasks.get(name);
}

/** Names of all of them. */
export const mtebTaskNames: readonly string[] = [...tasks.keys()];
