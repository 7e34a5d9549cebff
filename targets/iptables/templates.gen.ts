// @ts-nocheck
// Made by `npm run templates` from the *.hbs files beside it; do not edit.
import type { TemplateSpec } from '../../src/emit/template.ts'

export const ipsetRules: TemplateSpec = {"0":function(container,depth0,helpers,partials,data,blockParams,depths) {
    var stack1, helper, alias1=container.strict, alias2=depth0 != null ? depth0 : (container.nullContext || {}), alias3="function", lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "create "
    + ((stack1 = (((helper = lookupProperty(helpers,"name") || alias1(depth0, "name", {"start":{"line":5,"column":9},"end":{"line":5,"column":13}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"name","hash":{},"data":data,"loc":{"start":{"line":5,"column":7},"end":{"line":5,"column":15}}}) : helper))) != null ? stack1 : "")
    + " "
    + ((stack1 = (((helper = lookupProperty(helpers,"type") || alias1(depth0, "type", {"start":{"line":5,"column":18},"end":{"line":5,"column":22}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"type","hash":{},"data":data,"loc":{"start":{"line":5,"column":16},"end":{"line":5,"column":24}}}) : helper))) != null ? stack1 : "")
    + " family "
    + ((stack1 = (((helper = lookupProperty(helpers,"family") || alias1(depth0, "family", {"start":{"line":5,"column":34},"end":{"line":5,"column":40}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"family","hash":{},"data":data,"loc":{"start":{"line":5,"column":32},"end":{"line":5,"column":42}}}) : helper))) != null ? stack1 : "")
    + " hashsize "
    + ((stack1 = (((helper = lookupProperty(helpers,"hashSize") || alias1(depth0, "hashSize", {"start":{"line":5,"column":54},"end":{"line":5,"column":62}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"hashSize","hash":{},"data":data,"loc":{"start":{"line":5,"column":52},"end":{"line":5,"column":64}}}) : helper))) != null ? stack1 : "")
    + " maxelem "
    + ((stack1 = (((helper = lookupProperty(helpers,"maxElements") || alias1(depth0, "maxElements", {"start":{"line":5,"column":75},"end":{"line":5,"column":86}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"maxElements","hash":{},"data":data,"loc":{"start":{"line":5,"column":73},"end":{"line":5,"column":88}}}) : helper))) != null ? stack1 : "")
    + " -exist\n"
    + ((stack1 = lookupProperty(helpers,"each").call(alias2,lookupProperty(depth0,"elements"),{"name":"each","hash":{},"fn":container.program(1, data, 0, blockParams, depths),"inverse":container.noop,"data":data,"loc":{"start":{"line":6,"column":0},"end":{"line":8,"column":9}}})) != null ? stack1 : "");
},"1":function(container,depth0,helpers,partials,data,blockParams,depths) {
    var stack1, alias1=container.lambda;

  return "add "
    + ((stack1 = alias1(container.strict(depths[1], "name", {"start":{"line":7,"column":6},"end":{"line":7,"column":13}} ), depth0)) != null ? stack1 : "")
    + " "
    + ((stack1 = alias1(depth0, depth0)) != null ? stack1 : "")
    + " -exist\n";
},"compiler":[8,">= 4.3.0"],"main":function(container,depth0,helpers,partials,data,blockParams,depths) {
    var stack1, helper, alias1=depth0 != null ? depth0 : (container.nullContext || {}), lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "# netpolc: address sets of node "
    + ((stack1 = (((helper = lookupProperty(helpers,"node") || container.strict(depth0, "node", {"start":{"line":1,"column":34},"end":{"line":1,"column":38}} ))),(typeof helper === "function" ? helper.call(alias1,{"name":"node","hash":{},"data":data,"loc":{"start":{"line":1,"column":32},"end":{"line":1,"column":40}}}) : helper))) != null ? stack1 : "")
    + "\n# Loaded by apply.sh before the rules: ipset restore < ipset.rules\n# Names are made from contents, so a set in use is never changed.\n"
    + ((stack1 = lookupProperty(helpers,"each").call(alias1,lookupProperty(depth0,"sets"),{"name":"each","hash":{},"fn":container.program(0, data, 0, blockParams, depths),"inverse":container.noop,"data":data,"loc":{"start":{"line":4,"column":0},"end":{"line":9,"column":9}}})) != null ? stack1 : "");
},"useData":true,"useDepths":true}
export const iptablesRules: TemplateSpec = {"0":function(container,depth0,helpers,partials,data) {
    var stack1, helper, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return ":"
    + ((stack1 = (((helper = lookupProperty(helpers,"name") || container.strict(depth0, "name", {"start":{"line":6,"column":3},"end":{"line":6,"column":7}} ))),(typeof helper === "function" ? helper.call(depth0 != null ? depth0 : (container.nullContext || {}),{"name":"name","hash":{},"data":data,"loc":{"start":{"line":6,"column":1},"end":{"line":6,"column":9}}}) : helper))) != null ? stack1 : "")
    + " - [0:0]\n";
},"1":function(container,depth0,helpers,partials,data,blockParams,depths) {
    var stack1, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return ((stack1 = lookupProperty(helpers,"each").call(depth0 != null ? depth0 : (container.nullContext || {}),lookupProperty(depth0,"rules"),{"name":"each","hash":{},"fn":container.program(2, data, 0, blockParams, depths),"inverse":container.noop,"data":data,"loc":{"start":{"line":10,"column":0},"end":{"line":12,"column":9}}})) != null ? stack1 : "");
},"2":function(container,depth0,helpers,partials,data,blockParams,depths) {
    var stack1, alias1=container.lambda;

  return "-A "
    + ((stack1 = alias1(container.strict(depths[1], "name", {"start":{"line":11,"column":5},"end":{"line":11,"column":12}} ), depth0)) != null ? stack1 : "")
    + " "
    + ((stack1 = alias1(depth0, depth0)) != null ? stack1 : "")
    + "\n";
},"3":function(container,depth0,helpers,partials,data) {
    var stack1, helper, alias1=container.strict, alias2=depth0 != null ? depth0 : (container.nullContext || {}), alias3="function", lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "-I "
    + ((stack1 = (((helper = lookupProperty(helpers,"hook") || alias1(depth0, "hook", {"start":{"line":15,"column":5},"end":{"line":15,"column":9}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"hook","hash":{},"data":data,"loc":{"start":{"line":15,"column":3},"end":{"line":15,"column":11}}}) : helper))) != null ? stack1 : "")
    + " 1 -j "
    + ((stack1 = (((helper = lookupProperty(helpers,"chain") || alias1(depth0, "chain", {"start":{"line":15,"column":19},"end":{"line":15,"column":24}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"chain","hash":{},"data":data,"loc":{"start":{"line":15,"column":17},"end":{"line":15,"column":26}}}) : helper))) != null ? stack1 : "")
    + "\n";
},"compiler":[8,">= 4.3.0"],"main":function(container,depth0,helpers,partials,data,blockParams,depths) {
    var stack1, helper, alias1=container.strict, alias2=depth0 != null ? depth0 : (container.nullContext || {}), alias3="function", lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "# netpolc: "
    + ((stack1 = (((helper = lookupProperty(helpers,"family") || alias1(depth0, "family", {"start":{"line":1,"column":13},"end":{"line":1,"column":19}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"family","hash":{},"data":data,"loc":{"start":{"line":1,"column":11},"end":{"line":1,"column":21}}}) : helper))) != null ? stack1 : "")
    + " rules of node "
    + ((stack1 = (((helper = lookupProperty(helpers,"node") || alias1(depth0, "node", {"start":{"line":1,"column":38},"end":{"line":1,"column":42}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"node","hash":{},"data":data,"loc":{"start":{"line":1,"column":36},"end":{"line":1,"column":44}}}) : helper))) != null ? stack1 : "")
    + "\n# Loaded by apply.sh, which also takes away what an older version left; the first time it is enough to\n# load ipset.rules, then: "
    + ((stack1 = (((helper = lookupProperty(helpers,"program") || alias1(depth0, "program", {"start":{"line":3,"column":28},"end":{"line":3,"column":35}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"program","hash":{},"data":data,"loc":{"start":{"line":3,"column":26},"end":{"line":3,"column":37}}}) : helper))) != null ? stack1 : "")
    + " --noflush < "
    + ((stack1 = (((helper = lookupProperty(helpers,"file") || alias1(depth0, "file", {"start":{"line":3,"column":52},"end":{"line":3,"column":56}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"file","hash":{},"data":data,"loc":{"start":{"line":3,"column":50},"end":{"line":3,"column":58}}}) : helper))) != null ? stack1 : "")
    + "\n*"
    + ((stack1 = (((helper = lookupProperty(helpers,"table") || alias1(depth0, "table", {"start":{"line":4,"column":3},"end":{"line":4,"column":8}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"table","hash":{},"data":data,"loc":{"start":{"line":4,"column":1},"end":{"line":4,"column":10}}}) : helper))) != null ? stack1 : "")
    + "\n"
    + ((stack1 = lookupProperty(helpers,"each").call(alias2,lookupProperty(depth0,"chains"),{"name":"each","hash":{},"fn":container.program(0, data, 0, blockParams, depths),"inverse":container.noop,"data":data,"loc":{"start":{"line":5,"column":0},"end":{"line":7,"column":9}}})) != null ? stack1 : "")
    + ":"
    + ((stack1 = (((helper = lookupProperty(helpers,"version") || alias1(depth0, "version", {"start":{"line":8,"column":3},"end":{"line":8,"column":10}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"version","hash":{},"data":data,"loc":{"start":{"line":8,"column":1},"end":{"line":8,"column":12}}}) : helper))) != null ? stack1 : "")
    + " - [0:0]\n"
    + ((stack1 = lookupProperty(helpers,"each").call(alias2,lookupProperty(depth0,"chains"),{"name":"each","hash":{},"fn":container.program(1, data, 0, blockParams, depths),"inverse":container.noop,"data":data,"loc":{"start":{"line":9,"column":0},"end":{"line":13,"column":9}}})) != null ? stack1 : "")
    + ((stack1 = lookupProperty(helpers,"each").call(alias2,lookupProperty(depth0,"jumps"),{"name":"each","hash":{},"fn":container.program(3, data, 0, blockParams, depths),"inverse":container.noop,"data":data,"loc":{"start":{"line":14,"column":0},"end":{"line":16,"column":9}}})) != null ? stack1 : "")
    + "COMMIT\n";
},"useData":true,"useDepths":true}
