import type { Provider } from '../provider.ts'
import { ably } from './ably.ts'
import { adyen } from './adyen.ts'
import { airtable } from './airtable.ts'
import { anthropic } from './anthropic.ts'
import { asana } from './asana.ts'
import { auth0 } from './auth0.ts'
import { awsEventbridge } from './aws-eventbridge.ts'
import { awsSns } from './aws-sns.ts'
import { basicAuth } from './basic-auth.ts'
import { bigcommerce } from './bigcommerce.ts'
import { bitbucket } from './bitbucket.ts'
import { boxProvider } from './box.ts'
import { braintreeProvider } from './braintree.ts'
import { calendly } from './calendly.ts'
import { chargebee } from './chargebee.ts'
import { checkoutCom } from './checkout-com.ts'
import { circleci } from './circleci.ts'
import { clerk } from './clerk.ts'
import { clickup } from './clickup.ts'
import { cloudevents } from './cloudevents.ts'
import { cloudinaryProvider } from './cloudinary.ts'
import { coinbaseCommerce } from './coinbase-commerce.ts'
import { contentfulProvider } from './contentful.ts'
import { discord } from './discord.ts'
import { dockerHub } from './docker-hub.ts'
import { docusign } from './docusign.ts'
import { dropbox } from './dropbox.ts'
import { dropboxSignProvider } from './dropbox-sign.ts'
import { easypost } from './easypost.ts'
import { figma } from './figma.ts'
import { finch } from './finch.ts'
import { flutterwave } from './flutterwave.ts'
import { gcpPubsub } from './gcp-pubsub.ts'
import { genericHmacProvider } from './generic-hmac.ts'
import { github } from './github.ts'
import { gitlab } from './gitlab.ts'
import { gocardless } from './gocardless.ts'
import { heroku } from './heroku.ts'
import { hubspotProvider } from './hubspot.ts'
import { intercom } from './intercom.ts'
import { jira } from './jira.ts'
import { launchdarkly } from './launchdarkly.ts'
import { lemonSqueezy } from './lemon-squeezy.ts'
import { line } from './line.ts'
import { linear } from './linear.ts'
import { livekit } from './livekit.ts'
import { mailgunProvider } from './mailgun.ts'
import { mandrillProvider } from './mandrill.ts'
import { messagebird } from './messagebird.ts'
import { meta } from './meta.ts'
import { microsoftGraph } from './microsoft-graph.ts'
import { modernTreasury } from './modern-treasury.ts'
import { mollie } from './mollie.ts'
import { monday } from './monday.ts'
import { netlify } from './netlify.ts'
import { nothing } from './none.ts'
import { notion } from './notion.ts'
import { okta } from './okta.ts'
import { onfido } from './onfido.ts'
import { openai } from './openai.ts'
import { orb } from './orb.ts'
import { paddle } from './paddle.ts'
import { pagerduty } from './pagerduty.ts'
import { paypalProvider } from './paypal.ts'
import { paystack } from './paystack.ts'
import { pipedrive } from './pipedrive.ts'
import { plaid } from './plaid.ts'
import { postmark } from './postmark.ts'
import { pusher } from './pusher.ts'
import { qonto } from './qonto.ts'
import { quickbooks } from './quickbooks.ts'
import { razorpay } from './razorpay.ts'
import { recurly } from './recurly.ts'
import { replicate } from './replicate.ts'
import { resend } from './resend.ts'
import { sanity } from './sanity.ts'
import { segmentProvider } from './segment.ts'
import { sendgrid } from './sendgrid.ts'
import { sentry } from './sentry.ts'
import { shopify } from './shopify.ts'
import { slack } from './slack.ts'
import { smartcar } from './smartcar.ts'
import { square } from './square.ts'
import { standardWebhooksProvider } from './standard-webhooks.ts'
import { staticToken } from './static-token.ts'
import { stripe } from './stripe.ts'
import { svix } from './svix.ts'
import { telegram } from './telegram.ts'
import { trello } from './trello.ts'
import { twilioProvider } from './twilio.ts'
import { twitch } from './twitch.ts'
import { typeform } from './typeform.ts'
import { vercel } from './vercel.ts'
import { wix } from './wix.ts'
import { woocommerce } from './woocommerce.ts'
import { workos } from './workos.ts'
import { xTwitter } from './x-twitter.ts'
import { xero } from './xero.ts'
import { zendesk } from './zendesk.ts'
import { zoom } from './zoom.ts'

/** Every provider, by id. A new one is a file beside this and a line here. */
export const catalog: readonly Provider[] = [
  ably,
  adyen,
  airtable,
  anthropic,
  asana,
  auth0,
  awsEventbridge,
  awsSns,
  basicAuth,
  bigcommerce,
  bitbucket,
  boxProvider,
  braintreeProvider,
  calendly,
  chargebee,
  checkoutCom,
  circleci,
  clerk,
  clickup,
  cloudevents,
  cloudinaryProvider,
  coinbaseCommerce,
  contentfulProvider,
  discord,
  dockerHub,
  docusign,
  dropbox,
  dropboxSignProvider,
  easypost,
  figma,
  finch,
  flutterwave,
  gcpPubsub,
  genericHmacProvider,
  github,
  gitlab,
  gocardless,
  heroku,
  hubspotProvider,
  intercom,
  jira,
  launchdarkly,
  lemonSqueezy,
  line,
  linear,
  livekit,
  mailgunProvider,
  mandrillProvider,
  messagebird,
  meta,
  microsoftGraph,
  modernTreasury,
  mollie,
  monday,
  netlify,
  nothing,
  notion,
  okta,
  onfido,
  openai,
  orb,
  paddle,
  pagerduty,
  paypalProvider,
  paystack,
  pipedrive,
  plaid,
  postmark,
  pusher,
  qonto,
  quickbooks,
  razorpay,
  recurly,
  replicate,
  resend,
  sanity,
  segmentProvider,
  sendgrid,
  sentry,
  shopify,
  slack,
  smartcar,
  square,
  standardWebhooksProvider,
  staticToken,
  stripe,
  svix,
  telegram,
  trello,
  twilioProvider,
  twitch,
  typeform,
  vercel,
  wix,
  woocommerce,
  workos,
  xTwitter,
  xero,
  zendesk,
  zoom,
]
