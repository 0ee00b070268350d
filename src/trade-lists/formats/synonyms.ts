import type { Role } from './raw-list.ts';

/**
 * Names that columns of home-made tables have, by what they say; compact (see compactName). Only names with one meaning stand here: a column that
 * could be two things is asked for.
 */
export const SYNONYMS: Partial<Record<Role, readonly string[]>> = {
  entry_time: names(
    'entrytime entrydate entrydatetime entrytimestamp entryts entryat enteredat opentime opendate opendatetime opentimestamp openedat opened openat datein timein starttime startdate datestart timestart dateopen dateopened timeopen entrybartime entry',
  ),
  exit_time: names(
    'exittime exitdate exitdatetime exittimestamp exitts exitat exitedat closetime closedate closedatetime closetimestamp closedat closed closeat dateout timeout endtime enddate dateend timeend dateclosed dateclose timeclose exdate exitbartime exit',
  ),
  entry_price: names(
    'entryprice entrypx entryrate openprice openrate openingprice pricein avgentryprice avgentry averageentryprice averageentry entryavg entryavgprice entryfillprice entryfill priceopen buyprice entry',
  ),
  exit_price: names(
    'exitprice exitpx exitrate closeprice closerate closingprice priceout avgexitprice avgexit averageexitprice averageexit exitavg exitavgprice exitfillprice exitfill priceclose exprice sellprice exit',
  ),
  pnl: names(
    'pnl pl profit profitloss profitorloss realizedpnl realisedpnl realizedpl realizedprofit netpnl netpl netprofit pnlnet profitnet netprofitloss netrealizedpnl grosspnl grosspl grossprofit pnlgross profitabs pnlabs pnlusd pnlusdt pnldollars pnldollar profitusd profitusdt netpnlusd netpnlusdt netprofitusd pnlcash tradepnl tradeprofit profitcash gainloss pnlcurrency pnlinr pnleur pnlnetusd closedpnl',
  ),
  pnl_percent: names(
    'pnl% pl% profit% pnlpct pnlpercent profitpct profitpercent returnpct return% returnpercent pctreturn percentreturn gain% netpnl% netprofit% %profit %pnl pctpnl pctprofit',
  ),
  pnl_ratio: names('profitratio pnlratio returnratio'),
  qty: names(
    'qty quantity size lots lot contracts shares units volume positionsize tradesize amount lotsize numcontracts qtyfilled filledqty',
  ),
  side: names(
    'side direction dir positiontype marketpos marketposition longshort position buysell tradetype tradeside tradedirection positionside ls bs action type',
  ),
  symbol: names('symbol ticker instrument pair asset market item contract security stock coin'),
  status: names('status state tradestatus isopen'),
  currency: names('currency ccy'),
  risk_dollars: names('riskdollars'),
  equity: names('equity'),
};

export const FILL_SYNONYMS: Partial<Record<Role, readonly string[]>> = {
  time: names(
    'time datetime date timestamp executiontime exectime filltime filledat executedat tradetime transactiontime tradedatetime',
  ),
  price: names('price fillprice avgprice averageprice execprice executionprice tradeprice avgfillprice fillpx'),
  qty: SYNONYMS.qty!,
  action: names('side action buysell bs type direction transactiontype tradetype'),
  symbol: SYNONYMS.symbol!,
  order_id: names('orderid order ordernumber'),
  account: names('account'),
  currency: SYNONYMS.currency!,
};

export const FEE_NAMES = names(
  'fee fees commission commissions comm totalfees totalfee brokerage entryfee entryfees exitfee exitfees feescost swap taxes tax feesusd commissionusd feeusd totalcommission commfee transactioncost transactioncosts fundingfee funding',
);

function names(text: string): readonly string[] {
  return text.split(' ');
}
